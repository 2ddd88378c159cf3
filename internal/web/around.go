package web

import (
	"cmp"
	"context"
	"slices"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/circumstance"
	"vigie/internal/people"
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
