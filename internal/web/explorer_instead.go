package web

import (
	"context"
	"errors"
	"slices"

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
	in := &instead{Kind: kind, State: ui.State{Title: l.T("explorer.instead." + insteadWord(kind)), Text: l.Error(err)}}
	if slices.Contains(a.By, "agent") && kind == cx.Denied {
		in.State.Text += " " + g.closedAxis("agent")
	}
	if len(a.By) > 0 {
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
