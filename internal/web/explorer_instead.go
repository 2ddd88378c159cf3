package web

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/web/ui"
)

// instead stands where an answer cannot.
type instead struct {
	State ui.State
	Kind  cx.Kind
	Empty bool
}

// insteadOf says why there is no answer; what is not the person's is given back.
func (g *ground) insteadOf(a asked, err error) (*instead, error) {
	l, kind := g.lang(), cx.KindOf(err)
	if errors.Is(err, context.DeadlineExceeded) {
		err, kind = cx.Fail(cx.Unavailable, "", "insight.slow"), cx.Unavailable
	}
	if kind == cx.Internal {
		return nil, err
	}
	in := &instead{Kind: kind, State: ui.State{Title: l.T("explorer.instead." + insteadWord(kind)), Text: l.Error(g.inWords(err))}}
	if slices.Contains(a.By, "agent") && kind == cx.Denied {
		in.State.Text += " " + g.closedAxis("agent")
	}
	if gone := g.gone(a); len(gone) > 0 && kind != cx.Denied {
		in.State.Text = g.goneSaid(a)
		in.State.Actions = append(in.State.Actions, ui.Button{Label: l.T("explorer.gone.without"), Href: g.withoutGone(a, gone)})
	} else if len(a.By) > 0 {
		fewer := a.with(func(x *asked) { x.By, x.Shape = x.By[:len(x.By)-1], "" })
		in.State.Actions = append(in.State.Actions, ui.Button{Label: l.T("explorer.fewer", "dimension", lowerFirst(g.axisLabel(a.By[len(a.By)-1]))), Href: fewer.address(g.filters), Style: "quiet"})
	}
	if m, ok := measure(g.Catalogue, a.Indicator, nil); ok && m.Audience == cx.Employees && !g.Usual {
		usual := g.filters.with(func(f *filters) { f.Usual = true })
		usual.Usual = true
		in.State.Actions = append(in.State.Actions, ui.Button{Label: l.T("explorer.whole"), Href: a.address(usual)})
	}
	if kind == cx.Unavailable {
		in.State.Retry = a.address(g.filters)
	}
	return in, nil
}

// inWords names the dimension that an error speaks of as the page does.
func (g *ground) inWords(err error) error {
	var known *cx.Error
	if !errors.As(err, &known) {
		return err
	}
	said := *known
	if key, ok := known.Args["key"].(string); ok && g.holds(key) {
		said.Args = maps.Clone(known.Args)
		said.Args["key"] = lowerFirst(g.axisLabel(key))
	}
	return &said
}

// refused tells that the question itself cannot be asked: there is nothing to keep or to take away.
func (in *instead) refused() bool { return in != nil && !in.Empty && in.Kind != cx.Unavailable }

func insteadWord(k cx.Kind) string {
	switch k {
	case cx.Denied:
		return "denied"
	case cx.TooMany:
		return "wide"
	case cx.Unavailable:
		return "later"
	}
	return "invalid"
}

// nobody says that no answer is left, and leads on.
func (g *ground) nobody(a asked) *instead {
	l := g.lang()
	in := &instead{Empty: true, State: ui.State{Title: l.T("cockpit.none"), Text: l.T("verbatim.none.text")}}
	if g.During != "365" {
		wide := g.filters.with(func(f *filters) { f.During, f.From, f.To = "365", "", "" })
		in.State.Actions = append(in.State.Actions, ui.Button{Label: l.T("verbatim.wider"), Href: a.address(wide)})
	}
	if g.filters.anySet() {
		in.State.Actions = append(in.State.Actions, ui.Button{Label: l.T("ui.filter.clear"), Href: a.address(filters{Usual: true, Words: "with"}), Style: "quiet"})
	}
	return in
}

// apartFrom says that no thing has both figures of a scatter, and leads on.
func (g *ground) apartFrom(st *study) *instead {
	in := g.nobody(st.asked)
	in.State.Title = g.lang().T("explorer.apart")
	in.State.Text = g.lang().T("explorer.apart.text", "one", g.lang().Text(st.m.Name), "other", g.lang().Text(st.other.Name), "dimension", lowerFirst(g.axisLabel(st.axes[0].Name)))
	return in
}

// gone are the names in a question that the catalogue and the organisation no longer hold: dimensions, filters, indicators.
func (g *ground) gone(a asked) []string {
	var out []string
	for _, k := range []cx.IndicatorID{a.Indicator, a.Other} {
		if _, ok := measure(g.Catalogue, k, nil); k != "" && !ok {
			out = append(out, string(k))
		}
	}
	for _, key := range slices.Concat(a.By, slices.Sorted(maps.Keys(g.where()))) {
		if !g.holds(key) && !slices.Contains(out, key) {
			out = append(out, key)
		}
	}
	return out
}

// holds tells whether a dimension still is one.
func (g *ground) holds(key string) bool {
	if attribute, ok := strings.CutPrefix(key, attributePrefix); ok {
		x, err := g.Catalogue.Attribute(cx.AttributeID(attribute))
		return err == nil && x.Projected
	}
	if metric, ok := strings.CutPrefix(key, scorePrefix); ok {
		return g.Catalogue.Metrics[cx.MetricID(metric)].Key != ""
	}
	if level, ok := strings.CutPrefix(key, "unit."); ok {
		return slices.Contains(g.Organisation.Levels(), level)
	}
	return slices.Contains(fixedAxes[:], key) || slices.Contains(invitedAxes[:], key)
}

// goneSaid names what is no more; "" when everything still is.
func (g *ground) goneSaid(a asked) string {
	l := g.lang()
	var names []string
	for _, key := range g.gone(a) {
		names = append(names, l.T("explorer.gone.name", "name", strings.TrimPrefix(g.axisLabel(key), attributePrefix)))
	}
	if len(names) == 0 {
		return ""
	}
	return l.T("explorer.gone", "count", len(names), "names", listed(l, names))
}

// withoutGone asks the question without what is no more.
func (g *ground) withoutGone(a asked, gone []string) string {
	is := func(name string) bool { return slices.Contains(gone, name) }
	b := a.with(func(x *asked) {
		x.By = slices.DeleteFunc(x.By, is)
		if is(string(x.Indicator)) {
			x.Indicator = ""
		}
		if is(string(x.Other)) {
			x.Other = ""
		}
	})
	return b.address(g.filters.with(func(f *filters) {
		for _, key := range gone {
			f.clear(key)
		}
	}))
}
