package web

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

const (
	mostUnits  = 250 // offered by the bar; beyond, only the upper levels
	mostValues = 40  // of an attribute with more the bar offers the most frequent
)

// filterBar offers what every page may be narrowed by.
func (s *Server) filterBar(ctx context.Context, g *ground, here string) (*ui.FilterBar, error) {
	channels, err := s.values(ctx, g.scope(), "channel")
	if err != nil {
		return nil, err
	}
	bar := &ui.FilterBar{Action: here, Drops: []ui.Dropdown{periodDrop(g), channelDrop(g, channels)}}
	if d, ok := unitDrop(g); ok {
		bar.Drops = slices.Insert(bar.Drops, 1, d)
	}
	for _, a := range g.Catalogue.Projected() {
		key := string(a.Key)
		values, err := s.values(ctx, g.scope(), attributePrefix+key)
		if err != nil {
			return nil, err
		}
		name := g.lang().Text(a.Name)
		if name == "" {
			name = key
		}
		d := ui.Dropdown{Name: attributePrefix + key, Label: name, Multi: true, Set: len(g.Attributes[key]) > 0}
		d.Options = options(values, g.Attributes[key], nil)
		if n := len(d.Options); n > 0 && (n < mostValues || d.Set) {
			bar.More = append(bar.More, d)
		}
		bar.Active = append(bar.Active, activeValues(g, name, key, here)...)
	}
	if g.filters.anySet() {
		bar.ClearHref = here
	}
	return bar, nil
}

// anySet tells whether a filter differs from the default.
func (f filters) anySet() bool { return len(f.values()) > 0 }

// options makes choices of values; those chosen stay listed even when nothing is left of them.
func options(values, chosen []string, name func(string) string) []ui.Option {
	if name == nil {
		name = func(v string) string { return v }
	}
	var out []ui.Option
	for _, v := range values {
		if v != "" {
			out = append(out, ui.Option{Value: v, Label: name(v), Selected: slices.Contains(chosen, v)})
		}
	}
	for _, v := range chosen {
		if !slices.Contains(values, v) {
			out = append(out, ui.Option{Value: v, Label: name(v), Selected: true})
		}
	}
	return out
}

// activeValues shows the chosen values of an attribute, each with the address that takes it off.
func activeValues(g *ground, name, key, here string) []ui.Active {
	var out []ui.Active
	for _, v := range g.Attributes[key] {
		rest := g.filters.with(func(f *filters) {
			left := slices.DeleteFunc(slices.Clone(f.Attributes[key]), func(x string) bool { return x == v })
			if len(left) == 0 {
				delete(f.Attributes, key)
			} else {
				f.Attributes[key] = left
			}
		})
		out = append(out, ui.Active{Label: g.lang().T("cockpit.filter.is", "name", name, "value", v), RemoveHref: rest.at(here)})
	}
	return out
}

func periodDrop(g *ground) ui.Dropdown {
	l := g.lang()
	d := ui.Dropdown{Name: "during", Label: l.T("cockpit.filter.period"), Set: !g.Usual}
	for _, p := range presets {
		label := l.T("cockpit.filter.days." + p)
		d.Options = append(d.Options, ui.Option{Value: p, Label: label, Selected: g.During == p})
		if g.During == p {
			d.Summary = label
		}
	}
	d.Options = append(d.Options, ui.Option{Value: "range", Label: l.T("cockpit.filter.range"), Selected: g.During == "range"})
	d.Dates = &ui.DateRange{FromName: "from", ToName: "to", From: g.From, To: g.To, FromLabel: l.T("cockpit.filter.from"), ToLabel: l.T("cockpit.filter.to")}
	if g.During == "range" {
		from, _ := time.Parse(time.DateOnly, g.From)
		to, _ := time.Parse(time.DateOnly, g.To)
		d.Summary = l.T("cockpit.filter.between", "from", from, "to", to)
	}
	return d
}

func channelDrop(g *ground, met []string) ui.Dropdown {
	l := g.lang()
	d := ui.Dropdown{Name: "channel", Label: l.T("cockpit.filter.channel"), Multi: true, Set: len(g.Channel) > 0, Summary: l.T("cockpit.filter.channels")}
	d.Options = options(met, g.Channel, g.channelName)
	if n := len(g.Channel); n == 1 {
		d.Summary = g.channelName(g.Channel[0])
	} else if n > 1 {
		d.Summary = l.T("cockpit.filter.some", "count", n)
	}
	return d
}

// channelName gives a channel in words; one of another's making keeps its own.
func (g *ground) channelName(c string) string {
	if id := "cockpit.channel." + c; g.lang().Has(id) {
		return g.lang().T(id)
	}
	return g.word("invitation.channel.", c)
}

// word gives a message of a family, the value itself when the family does not know it.
func (g *ground) word(family, value string) string {
	if id := family + value; g.lang().Has(id) {
		return g.lang().T(id)
	}
	return value
}

// unitLabel names a unit where it is picked, and says when it is closed.
func (g *ground) unitLabel(k cx.UnitID) string {
	name := g.Organisation.Name(k, g.lang().Tag())
	if u, ok := g.Organisation.Unit(k); ok && u.Closed {
		name += " (" + g.lang().T("unit.closed") + ")"
	}
	return name
}

// unitDrop offers the tree, as deep as it stays readable; false without units.
func unitDrop(g *ground) (ui.Dropdown, bool) {
	o, l := g.Organisation, g.lang()
	all := o.Subtree("")
	if len(all) == 0 {
		return ui.Dropdown{}, false
	}
	d := ui.Dropdown{Name: "unit", Label: l.T("cockpit.filter.unit"), Set: g.Unit != "", Summary: l.T("cockpit.filter.units")}
	d.Options = []ui.Option{{Value: "", Label: d.Summary, Selected: g.Unit == ""}}
	depth := readableDepth(o)
	var add func(k cx.UnitID, level int)
	add = func(k cx.UnitID, level int) {
		d.Options = append(d.Options, ui.Option{Value: string(k), Label: g.unitLabel(k), Selected: g.Unit == string(k), Level: min(level, 3)})
		if level < depth {
			for _, c := range o.Children(k) {
				add(c, level+1)
			}
		}
	}
	for _, k := range o.Children("") {
		add(k, 0)
	}
	if g.Unit != "" {
		d.Summary = o.Name(cx.UnitID(g.Unit), l.Tag())
		if !slices.ContainsFunc(d.Options, func(x ui.Option) bool { return x.Selected }) {
			d.Options = append(d.Options, ui.Option{Value: g.Unit, Label: d.Summary, Selected: true})
		}
	}
	return d, true
}

// readableDepth is the deepest level down to which the tree has few enough units to choose among.
func readableDepth(o *people.Organisation) int {
	level, n := o.Children(""), 0
	for depth := 0; ; depth++ {
		n += len(level)
		if n > mostUnits {
			return max(depth-1, 0)
		}
		var next []cx.UnitID
		for _, k := range level {
			next = append(next, o.Children(k)...)
		}
		if len(next) == 0 || depth > 10 {
			return depth
		}
		level = next
	}
}

// valuesFor is how long the values of a dimension are remembered: new ones are rare.
const valuesFor = 30 * time.Second

// knownValues remembers the values of dimensions.
type knownValues struct {
	mu  sync.Mutex
	met map[string]metValues
}

type metValues struct {
	values []string
	until  time.Time
}

// values gives the values met of a dimension, the most frequent first.
func (s *Server) values(ctx context.Context, scope people.Scope, dim string) ([]string, error) {
	return s.valuesOf(ctx, scope, "", dim)
}

// valuesOf gives those that feedback, or invitations, have.
func (s *Server) valuesOf(ctx context.Context, scope people.Scope, of cx.Counted, dim string) ([]string, error) {
	key := string(of) + "|" + dim + "|" + perimeterKey(scope)
	s.known.mu.Lock()
	if m, ok := s.known.met[key]; ok && s.now().Before(m.until) {
		s.known.mu.Unlock()
		return m.values, nil
	}
	s.known.mu.Unlock()
	ask := s.Insight.Values
	if of == cx.Invitations {
		ask = s.Insight.InvitedValues
	}
	values, err := ask(ctx, scope, dim)
	if k := cx.KindOf(err); err != nil && (k == cx.Invalid || k == cx.Unavailable) {
		return nil, nil // no column yet, too many values, or figures being built: the bar then offers none
	}
	if err != nil {
		return nil, fmt.Errorf("values of %s: %w", dim, err)
	}
	s.known.mu.Lock()
	defer s.known.mu.Unlock()
	if len(s.known.met) > 5000 {
		s.known.met = nil
	}
	if s.known.met == nil {
		s.known.met = map[string]metValues{}
	}
	s.known.met[key] = metValues{values, s.now().Add(valuesFor)}
	return values, nil
}

func perimeterKey(scope people.Scope) string {
	p := scope.Figures()
	if p.All {
		return "*"
	}
	var b strings.Builder
	for _, r := range p.Roots {
		b.WriteString(string(r) + ",")
	}
	return b.String()
}

// touchpointDrop offers the touchpoints.
func touchpointDrop(g *ground) ui.Dropdown {
	l := g.lang()
	d := ui.Dropdown{Name: "touchpoint", Label: l.T("verbatim.touchpoint"), Set: g.Touchpoint != "", Summary: l.T("verbatim.touchpoint.any")}
	d.Options = []ui.Option{{Value: "", Label: d.Summary, Selected: g.Touchpoint == ""}}
	for _, p := range g.Journeys.Touchpoints() {
		d.Options = append(d.Options, ui.Option{Value: string(p.Touchpoint.Key), Label: l.Text(p.Touchpoint.Name), Selected: g.Touchpoint == string(p.Touchpoint.Key)})
	}
	if g.Touchpoint != "" {
		d.Summary = g.touchpointName(cx.TouchpointID(g.Touchpoint))
	}
	return d
}
