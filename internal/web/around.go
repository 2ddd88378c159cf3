package web

import (
	"cmp"
	"context"
	"slices"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/circumstance"
	"vigie/internal/people"
	"vigie/internal/understand/insight"
	"vigie/internal/web/chart"
	"vigie/internal/web/ui"
)

// aroundView is a context event, told beside figures that it may explain.
type aroundView struct {
	Name, When, Where, Href string
}

const (
	mostAround = 3
	// aroundDays before the period count too: what happened takes weeks to be felt.
	aroundDays = 60
)

// newAround gives the latest context events that the page's period may have felt.
func (s *Server) newAround(ctx context.Context, g *ground) ([]aroundView, error) {
	all, err := s.Circumstances.Events(ctx)
	if err != nil {
		return nil, err
	}
	first, last, about := feltFrom(g.during().From), g.during().To, g.aboutContext("")
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b circumstance.Event) int { return cmp.Compare(b.From, a.From) })
	var out []aroundView
	for _, e := range all {
		if e.From >= last || cmp.Or(e.Until, e.From) < first || !e.Concerns(about) || len(out) == mostAround {
			continue
		}
		v := aroundView{Name: g.lang().Text(e.Name), When: g.circumstanceDays(e), Where: g.circumstancePlaces(e)}
		if g.Viewer.May(people.EditStructure) {
			v.Href = "/listen/context/" + e.Key
		}
		out = append(out, v)
	}
	return out, nil
}

// feltFrom is the day from which what happened may still be felt in a period.
func feltFrom(day string) string {
	return dayOf(day).AddDate(0, 0, -aroundDays).Format(time.DateOnly)
}

// aboutContext says what a drawing shows: a touchpoint, "" for all, in the unit of the page.
func (g *ground) aboutContext(t cx.TouchpointID) circumstance.About {
	about := circumstance.About{Touchpoint: t, Under: func(unit, above cx.UnitID) bool { return slices.Contains(g.Organisation.Path(unit), above) }}
	if g.Unit != "" {
		about.Units = []cx.UnitID{cx.UnitID(g.Unit)}
	}
	return about
}

// movesHere gives the moves of units, on the days of a period, that change what the unit of the page holds: its own, those
// under it or above it, and those of what left it. None when the page is of the whole company.
func (s *Server) movesHere(ctx context.Context, g *ground, during insight.Period) ([]people.UnitChange, error) {
	if g.Unit == "" {
		return nil, nil
	}
	all, err := s.People.Moves(ctx, during.From, during.To)
	if err != nil {
		return nil, err
	}
	own := cx.UnitID(g.Unit)
	return slices.DeleteFunc(all, func(c people.UnitChange) bool {
		return !slices.Contains(g.Organisation.Path(c.Unit), own) && !slices.Contains(g.Organisation.Path(own), c.Unit) &&
			!(c.Was != nil && slices.Contains(g.Organisation.Path(c.Was.Parent), own))
	}), nil
}

// moveText says which unit moved, from where to where, and when.
func (g *ground) moveText(c people.UnitChange) string {
	from := cx.UnitID("")
	if c.Was != nil {
		from = c.Was.Parent
	}
	l := g.lang()
	return l.T("circumstance.moved", "name", l.Text(c.Becomes.Name), "from", cmpName(g.visit, g.Organisation, from), "to", cmpName(g.visit, g.Organisation, c.Becomes.Parent), "day", l.Date(dayOf(c.Day)))
}

// mostMarked moves of units are lettered on an axis: a reorganisation is one event, to be entered as such.
const mostMarked = 6

// axisMarks gathers what is lettered on a time axis.
type axisMarks struct {
	axis  []span
	marks []chart.Event
	keys  []ui.ChartKey
}

// add letters what happened on a day of the axis; what falls in the same step shares its line.
func (a *axisMarks) add(day, text string) {
	n := slices.IndexFunc(a.axis, func(x span) bool { return day <= x.to.Format(time.DateOnly) })
	if n < 0 || day < a.axis[0].from.Format(time.DateOnly) {
		return
	}
	letter := string(rune('A' + len(a.keys)%26))
	a.keys = append(a.keys, ui.ChartKey{Letter: letter, Text: text})
	if i := slices.IndexFunc(a.marks, func(e chart.Event) bool { return e.Period == n }); i >= 0 {
		a.marks[i].Word += letter
		return
	}
	a.marks = append(a.marks, chart.Event{Period: n, Word: letter})
}
