package web

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

// axis is one dimension of a question, as it is shown.
type axis struct {
	Name  string // as questions name it
	Label string
	Grain string // of time; "" otherwise
	// Ordered values stand in their own order; the others by name or by number of answers.
	Ordered bool
	Span    []span // the steps of a time axis within the period
}

var grains = [...]string{"day", "week", "month", "quarter", "year"}

// fixedAxes are the dimensions that every company has, time first, in the order they are offered.
var fixedAxes = [...]string{"day", "week", "month", "quarter", "year", "journey", "stage", "touchpoint", "channel", "collected_by", "unit", "agent", "survey", "language", "source", "score"}

// axisNames gives all dimensions of questions over what is counted: the fixed ones, the levels of units, the attributes.
func (g *ground) axisNames(of cx.Counted) []string {
	var out []string
	fixed := fixedAxes[:]
	if of == cx.Invitations {
		fixed = invitedAxes[:]
	}
	for _, name := range fixed {
		out = append(out, name)
		if name == "unit" {
			for _, level := range g.Organisation.Levels() {
				out = append(out, "unit."+level)
			}
		}
	}
	if of == cx.Invitations {
		return out
	}
	for _, a := range g.Catalogue.Projected() {
		if !a.Personal {
			out = append(out, attributePrefix+string(a.Key))
		}
	}
	return out
}

// axis resolves a dimension; a name that is none keeps itself as its label: the question is refused in words.
func (g *ground) axis(name string) axis {
	a := axis{Name: name, Label: g.axisLabel(name)}
	if slices.Contains(grains[:], name) {
		a.Grain, a.Ordered, a.Span = name, true, spans(g.during(), name)
	}
	a.Ordered = a.Ordered || name == "score"
	return a
}

func (g *ground) axisLabel(name string) string {
	l := g.lang()
	if level, ok := strings.CutPrefix(name, "unit."); ok {
		return g.levelName(level)
	}
	if metric, ok := strings.CutPrefix(name, scorePrefix); ok {
		return l.T("explorer.filter.score", "metric", g.metricName(cx.MetricID(metric)))
	}
	if key, ok := strings.CutPrefix(name, attributePrefix); ok {
		if a, err := g.Catalogue.Attribute(cx.AttributeID(key)); err == nil && l.Text(a.Name) != "" {
			return l.Text(a.Name)
		}
		return key
	}
	return g.word("explorer.by.", name)
}

// levelName names a level of the organisation as settings do, else by a word of ours; one of another's making keeps its own.
func (v *visit) levelName(level string) string {
	if name := v.Settings.LevelName(level, v.Lang.Tag()); name != level {
		return name
	}
	if id := "explorer.level." + level; v.Lang.Has(id) {
		return v.Lang.T(id)
	}
	return level
}

// valueName writes one value of a dimension.
func (g *ground) valueName(a axis, key string) string {
	l := g.lang()
	if key == "" {
		return l.T("explorer.missing")
	}
	if a.Grain != "" {
		return g.stepName(a, key)
	}
	if attribute, ok := strings.CutPrefix(a.Name, attributePrefix); ok {
		return g.attributeValue(attribute, key)
	}
	if a.Name == "unit" || strings.HasPrefix(a.Name, "unit.") {
		return g.Organisation.Name(cx.UnitID(key), l.Tag())
	}
	switch a.Name {
	case "journey":
		if j, err := g.Journeys.Journey(cx.JourneyID(key)); err == nil {
			return l.Text(j.Name)
		}
	case "stage":
		return g.stageName(key)
	case "touchpoint":
		return g.touchpointName(cx.TouchpointID(key))
	case "channel":
		return g.channelName(key)
	case "collected_by":
		return g.word("cockpit.collected.", key)
	case "language":
		return g.languageName(key)
	case "rule":
		return g.ruleName(key)
	case "why":
		return g.word("invitation.why.", key)
	case "score":
		if v, err := strconv.ParseFloat(key, 64); err == nil {
			return l.Short(v, 2)
		}
	}
	return key
}

func (g *ground) attributeValue(attribute, key string) string {
	if a, err := g.Catalogue.Attribute(cx.AttributeID(attribute)); err == nil {
		switch a.Type {
		case "boolean":
			return g.word("explorer.boolean.", key)
		case "number":
			if v, err := strconv.ParseFloat(key, 64); err == nil {
				return g.lang().Short(v, 2)
			}
		}
	}
	return readable(key)
}

func (g *ground) stageName(key string) string {
	journey, stage, _ := strings.Cut(key, "/")
	if j, err := g.Journeys.Journey(cx.JourneyID(journey)); err == nil {
		for _, s := range j.Stages {
			if string(s.Key) == stage {
				return g.lang().Text(s.Name)
			}
		}
	}
	return key
}

// stepName writes a step of time: "12 oct.", "sem. 42", "oct. 26", "T3 2026", "2026".
func (g *ground) stepName(a axis, key string) string {
	l := g.lang()
	switch a.Grain {
	case "week":
		if _, week, ok := strings.Cut(key, "-W"); ok {
			if i := slices.IndexFunc(a.Span, func(s span) bool { return s.key == key }); i >= 0 {
				return l.Day(a.Span[i].from)
			}
			return l.T("explorer.week", "week", strings.TrimPrefix(week, "0"))
		}
	case "quarter":
		if year, quarter, ok := strings.Cut(key, "-Q"); ok {
			return l.T("explorer.quarter", "quarter", quarter, "year", year)
		}
	case "month":
		if t, err := time.Parse("2006-01", key); err == nil {
			return l.ShortMonth(t)
		}
	case "day":
		if t, err := time.Parse(time.DateOnly, key); err == nil {
			return l.Day(t)
		}
	}
	return key
}

// at narrows filters to one value of the dimension: those of the feedback behind a mark.
func (a axis) at(f *filters, key string, metric cx.MetricID) {
	if a.Grain != "" {
		if i := slices.IndexFunc(a.Span, func(s span) bool { return s.key == key }); i >= 0 {
			f.During, f.From, f.To = "range", a.Span[i].from.Format(time.DateOnly), a.Span[i].to.Format(time.DateOnly)
		}
		return
	}
	if f.conditions = f.conditions.without(a.Name); key == "" {
		f.clear(a.Name)
		f.Missing = append(f.Missing, a.Name)
		return
	}
	if attribute, ok := strings.CutPrefix(a.Name, attributePrefix); ok {
		if f.Attributes == nil {
			f.Attributes = map[string][]string{}
		}
		f.Attributes[attribute] = []string{key}
		return
	}
	a.atContext(f, key, metric)
}

func (a axis) atContext(f *filters, key string, metric cx.MetricID) {
	one := []string{key}
	switch a.Name {
	case "journey":
		f.Journey = key
	case "touchpoint":
		f.Touchpoint = key
	case "channel":
		f.Channel = one
	case "language":
		f.Language = one
	case "source":
		f.Source = one
	case "score":
		if v, err := strconv.ParseFloat(key, 64); err == nil {
			f.conditions = f.conditions.without(scorePrefix + string(metric))
			f.setScore(between(metric, v, v), metric)
		}
	default:
		if strings.HasPrefix(a.Name, "unit") {
			f.Unit = key
			return
		}
		if f.Context == nil {
			f.Context = map[string][]string{}
		}
		f.Context[a.Name] = one
	}
}

// setScore asks for a score of a metric beside the one the filters already ask for.
func (f *filters) setScore(score string, metric cx.MetricID) {
	if own, _, _ := strings.Cut(f.Score, ":"); f.Score == "" || own == string(metric) {
		f.Score = score
		return
	}
	f.Also = score
}

// activeContext shows the filters that only questions set, each with the address that takes it off.
func (g *ground) activeContext(here string) []ui.Active {
	l := g.lang()
	var out []ui.Active
	add := func(label string, off func(*filters)) {
		out = append(out, ui.Active{Label: label, RemoveHref: g.filters.with(off).at(here)})
	}
	for _, name := range contextFilters {
		for _, v := range g.Context[name] {
			label := l.T("cockpit.filter.is", "name", g.axisLabel(name), "value", g.valueName(g.axis(name), v))
			add(label, func(f *filters) {
				f.Context[name] = slices.DeleteFunc(slices.Clone(f.Context[name]), func(x string) bool { return x == v })
				if len(f.Context[name]) == 0 {
					delete(f.Context, name)
				}
			})
		}
	}
	for _, c := range g.conditionsSaid() {
		add(c.Text, func(f *filters) { f.conditions = f.conditions.without(c.Key) })
	}
	if metric, _, _ := strings.Cut(g.Also, ":"); g.Also != "" {
		h := *g
		h.Score = g.Also
		add(l.T("explorer.answered", "metric", h.scoreWords(), "key", metric), func(f *filters) { f.Also = "" })
	}
	return out
}

// closedAxis says why a dimension may not be asked; "" when it may.
func (g *ground) closedAxis(name string) string {
	if name != "agent" || g.scope().Agents() || g.scope().Adviser() != "" {
		return ""
	}
	switch g.Viewer.Role {
	case people.Administrator, people.Director, people.Manager, people.DPO:
		return g.lang().T("explorer.closed.consultation")
	}
	return g.lang().T("explorer.closed.role")
}

// mostOffered values of a dimension are offered as a population.
const mostOffered = 25

// populations are the values that the question may be compared with, dimension by dimension.
func (s *Server) populations(ctx context.Context, g *ground, q asked) ([]optionGroup, error) {
	var out []optionGroup
	of, by := g.counts(q.Indicator), q.By
	for _, name := range g.axisNames(of) {
		a := g.axis(name)
		if a.Grain != "" || name == "score" || name == "agent" || name == "source" || name == "survey" || name == "stage" || slices.Contains(by, name) {
			continue
		}
		if name == "unit" && len(g.Organisation.Levels()) > 0 {
			continue // its levels are offered
		}
		values, err := s.valuesOf(ctx, g.scope(), of, name)
		if err != nil {
			return nil, err
		}
		if len(values) == 0 || len(values) > mostOffered {
			continue
		}
		group := optionGroup{Label: a.Label}
		for _, v := range values {
			group.Choices = append(group.Choices, pickOption{Value: populationKey(name) + ":" + v, Label: g.valueName(a, v)})
		}
		out = append(out, group)
	}
	return out, nil
}

// populationKey: a unit is named whatever its level.
func populationKey(name string) string {
	if strings.HasPrefix(name, "unit.") {
		return "unit"
	}
	return name
}
