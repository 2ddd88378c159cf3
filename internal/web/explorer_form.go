package web

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/web/chart"
	"vigie/internal/web/ui"
)

// explorerForm asks the question: what, cut how, beside what.
type explorerForm struct {
	Indicator, Versus, Other, Scored picker
	By                               []picker
	Population                       *picker // when the comparison is with one
	Dates                            *ui.DateRange
	Range                            *ui.DateRange // bounds of a score, when one is chosen
	Keep                             []ui.Hidden   // the filters, which stand in their own bar
	Closed                           string        // why a dimension may not be asked
	Open                             bool          // what is rarely asked is shown: something of it is set
}

// picker is one choice among groups.
type picker struct {
	ID, Name, Label string
	Groups          []optionGroup
}

type optionGroup struct {
	Label   string // "" stands alone
	Choices []pickOption
}

type pickOption struct {
	Value, Label     string
	Selected, Closed bool
}

func (s *Server) newExplorerForm(ctx context.Context, g *ground, a asked) (explorerForm, error) {
	l := g.lang()
	f := explorerForm{Keep: hidden(g.filters.with(func(f *filters) { f.Score = "" }).values())}
	f.Scored, f.Range = g.scorePicker()
	f.Open = len(a.By) == mostAxes || a.Other != "" || g.Score != ""
	if a.Shape != "" {
		f.Keep = append(f.Keep, ui.Hidden{Name: "shape", Value: a.Shape})
	}
	f.Indicator = picker{ID: "q-indicator", Name: "indicator", Label: l.T("explorer.ask.show"), Groups: g.indicatorGroups(a.Indicator)}
	for i := range mostAxes {
		f.By = append(f.By, g.axisPicker(a, i))
	}
	f.Other = picker{ID: "q-other", Name: "other", Label: l.T("explorer.ask.other"),
		Groups: slices.Insert(g.indicatorGroups(a.Other), 0, optionGroup{Choices: []pickOption{{Label: l.T("explorer.none"), Selected: a.Other == ""}}})}
	f.Versus = picker{ID: "q-versus", Name: "versus", Label: l.T("explorer.ask.versus"), Groups: []optionGroup{{}}}
	for _, k := range []string{"", "previous", "year", "period", "population"} {
		f.Versus.Groups[0].Choices = append(f.Versus.Groups[0].Choices, pickOption{Value: k, Label: l.T("explorer.versus." + cmpOr(k, "none")), Selected: a.Versus == k})
	}
	if g.closedAxis("agent") != "" {
		f.Closed = g.closedAxis("agent")
	}
	if a.Versus == "period" {
		f.Dates = &ui.DateRange{FromName: "versus_from", ToName: "versus_to", From: a.From, To: a.To, FromLabel: l.T("cockpit.filter.from"), ToLabel: l.T("cockpit.filter.to")}
	}
	if a.Versus != "population" {
		return f, nil
	}
	p, err := s.populationPicker(ctx, g, a)
	f.Population = &p
	return f, err
}

func cmpOr(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func hidden(q map[string][]string) []ui.Hidden {
	var out []ui.Hidden
	for _, name := range slices.Sorted(maps.Keys(q)) {
		for _, v := range q[name] {
			out = append(out, ui.Hidden{Name: name, Value: v})
		}
	}
	return out
}

// indicatorGroups offers what the viewer may ask, by kind of listening; employees' apart.
func (g *ground) indicatorGroups(chosen cx.IndicatorID) []optionGroup {
	l := g.lang()
	var out []optionGroup
	for _, program := range cx.Programs() {
		group := optionGroup{Label: upperFirst(l.T("verbatim.program." + string(program)))}
		for _, i := range g.Catalogue.IndicatorList {
			if i.Program == program && i.Audience == cx.Customers {
				group.Choices = append(group.Choices, pickOption{Value: string(i.Key), Label: l.Text(i.Name), Selected: i.Key == chosen})
			}
		}
		if len(group.Choices) > 0 {
			out = append(out, group)
		}
	}
	staff := optionGroup{Label: l.T("explorer.employees")}
	for _, i := range g.Catalogue.IndicatorList {
		if i.Audience == cx.Employees && g.scope().Employees() {
			staff.Choices = append(staff.Choices, pickOption{Value: string(i.Key), Label: l.Text(i.Name), Selected: i.Key == chosen})
		}
	}
	if len(staff.Choices) > 0 {
		out = append(out, staff)
	}
	return out
}

func upperFirst(s string) string {
	r := []rune(s)
	if len(r) > 0 {
		r[0] = []rune(strings.ToUpper(string(r[0])))[0]
	}
	return string(r)
}

// axisPicker offers the dimensions for one place of the question: those of other places are left out.
func (g *ground) axisPicker(a asked, place int) picker {
	l := g.lang()
	chosen := ""
	if place < len(a.By) {
		chosen = a.By[place]
	}
	groups := []optionGroup{{Choices: []pickOption{{Label: l.T("explorer.none"), Selected: chosen == ""}}}, {Label: l.T("explorer.group.time")},
		{Label: l.T("explorer.group.journey")}, {Label: l.T("explorer.group.organisation")}, {Label: l.T("explorer.group.how")}, {Label: l.T("explorer.group.attributes")}}
	for _, name := range g.axisNames(g.counts(a.Indicator)) {
		if name != chosen && slices.Contains(a.By, name) {
			continue
		}
		i := axisGroup(name)
		groups[i].Choices = append(groups[i].Choices, pickOption{Value: name, Label: g.axisLabel(name), Selected: name == chosen, Closed: name != chosen && g.closedAxis(name) != ""})
	}
	groups = slices.DeleteFunc(groups, func(x optionGroup) bool { return len(x.Choices) == 0 })
	return picker{ID: "q-by-" + strconv.Itoa(place+1), Name: "by", Label: l.T("explorer.ask.by." + strconv.Itoa(place+1)), Groups: groups}
}

func axisGroup(name string) int {
	switch {
	case slices.Contains(grains[:], name):
		return 1
	case name == "journey" || name == "stage" || name == "touchpoint":
		return 2
	case name == "unit" || strings.HasPrefix(name, "unit.") || name == "agent":
		return 3
	case strings.HasPrefix(name, attributePrefix):
		return 5
	}
	return 4
}

// scorePicker narrows the question to those who gave a score between two bounds, of this or another metric.
func (g *ground) scorePicker() (picker, *ui.DateRange) {
	l := g.lang()
	metric, _, _ := strings.Cut(g.Score, ":")
	p := picker{ID: "q-score", Name: "score_metric", Label: l.T("explorer.ask.score"), Groups: []optionGroup{{Choices: []pickOption{{Label: l.T("explorer.none"), Selected: metric == ""}}}}}
	for _, m := range g.Catalogue.Scored() {
		p.Groups[0].Choices = append(p.Groups[0].Choices, pickOption{Value: string(m.Key), Label: l.Text(m.Name), Selected: string(m.Key) == metric})
	}
	if metric == "" {
		return p, nil
	}
	r := &ui.DateRange{FromLabel: l.T("explorer.ask.low"), ToLabel: l.T("explorer.ask.high")}
	if c, err := scoreCondition(g.Score); err == nil {
		r.From, r.To = boundText(c.GTE), boundText(c.LTE)
	}
	return p, r
}

func boundText(v *float64) string {
	if v == nil {
		return ""
	}
	return scoreKey(*v)
}

// populationPicker offers those whom the filters leave out, then the values of every dimension with few enough.
func (s *Server) populationPicker(ctx context.Context, g *ground, a asked) (picker, error) {
	l := g.lang()
	p := picker{ID: "q-population", Name: "population", Label: l.T("explorer.ask.population")}
	others := optionGroup{Label: l.T("explorer.others"), Choices: []pickOption{{Label: l.T("explorer.pick"), Selected: a.Population == ""}}}
	for _, key := range slices.Sorted(maps.Keys(g.where())) {
		if c := g.where()[key]; len(c.In) > 0 && !strings.HasPrefix(key, "scores.") {
			others.Choices = append(others.Choices, pickOption{Value: "others:" + key, Label: l.T("explorer.others.of", "dimension", lowerFirst(g.axisLabel(key)))})
		}
	}
	groups, err := s.populations(ctx, g, a)
	if err != nil {
		return p, err
	}
	p.Groups = append([]optionGroup{others}, groups...)
	known := a.Population == ""
	for _, group := range p.Groups {
		for i := range group.Choices {
			if c := &group.Choices[i]; c.Value == a.Population {
				c.Selected, known = true, true
			}
		}
	}
	if key, value, ok := strings.Cut(a.Population, ":"); !known && ok {
		p.Groups[0].Choices = append(p.Groups[0].Choices, pickOption{Value: a.Population, Label: g.valueName(axis{Name: key}, value), Selected: true})
	}
	return p, nil
}

// explorerFilters is the bar of every page with a picker of everything else a question may be narrowed by; the question goes along.
func (s *Server) explorerFilters(ctx context.Context, g *ground, a asked) (*ui.FilterBar, error) {
	here := address(explorerPath, a.values())
	bar, err := s.filterBar(ctx, g, here)
	if err != nil {
		return nil, err
	}
	bar.Action, bar.Keep = explorerPath, hidden(a.values())
	bar.Drops = append(bar.Drops, touchpointDrop(g))
	bar.Active = append(bar.Active, g.activeOfQuestion(here)...)
	if !g.filters.anySet() {
		bar.ClearHref = ""
	}
	keepFilters(bar, g.filters)
	if g.counts(a.Indicator) == cx.Invitations {
		if err := s.invitedBar(ctx, g, bar); err != nil {
			return nil, err
		}
	}
	bar.Picker, err = s.picker(ctx, g, pickAsked{here: here, of: g.counts(a.Indicator)})
	return bar, err
}

// activeOfQuestion shows the filters that stand behind "more", each with the address that takes it off.
func (g *ground) activeOfQuestion(here string) []ui.Active {
	l := g.lang()
	var out []ui.Active
	add := func(label string, off func(*filters)) {
		out = append(out, ui.Active{Label: label, RemoveHref: g.filters.with(off).at(here)})
	}
	if g.Journey != "" {
		add(g.valueName(axis{Name: "journey"}, g.Journey), func(f *filters) { f.Journey = "" })
	}
	if g.Score != "" {
		add(g.scoreWords(), func(f *filters) { f.Score = "" })
	}
	for _, k := range g.Language {
		add(l.T("cockpit.filter.is", "name", g.axisLabel("language"), "value", g.languageName(k)), func(f *filters) { f.Language = except(f.Language, k) })
	}
	for _, k := range g.Source {
		add(l.T("verbatim.active.source", "source", k), func(f *filters) { f.Source = except(f.Source, k) })
	}
	return append(out, g.activeContext(here)...)
}

func except(values []string, one string) []string {
	return slices.DeleteFunc(slices.Clone(values), func(x string) bool { return x == one })
}

// heatKey explains the colours of a heat map.
type heatKey struct {
	Label, Bad, Good string
	Steps            []heatStep
}

type heatStep struct{ Class string }

func (st *study) heatKey() heatKey {
	l := st.g.lang()
	k := heatKey{Label: l.T("explorer.heat.centre", "value", st.m.text(l, st.centre())), Bad: l.T("explorer.heat.bad"), Good: l.T("explorer.heat.good")}
	switch {
	case st.asked.versus(st.g) != nil:
		k.Label = l.T("explorer.heat.versus", "what", versusWords(st.g, st.asked))
	case st.m.Objective != nil:
		k.Label = l.T("explorer.heat.objective", "value", st.m.text(l, *st.m.Objective))
	}
	for level := -3; level <= 3; level++ {
		k.Steps = append(k.Steps, heatStep{chart.HeatToken(level)})
	}
	return k
}
