package web

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/web/chart"
	"vigie/internal/web/ui"
)

// markTime finds what happened along the time axis of a study: the context events and, where units are looked at, the units
// that changed place.
func (s *Server) markTime(ctx context.Context, st *study) error {
	n := slices.IndexFunc(st.axes, func(a axis) bool { return a.Grain != "" })
	if n < 0 || len(st.axes[n].Span) == 0 {
		return nil
	}
	axis := st.axes[n].Span
	var err error
	if st.events, st.eventKeys, err = s.contextMarks(ctx, st.g, cx.TouchpointID(st.g.Touchpoint), axis); err != nil {
		return err
	}
	if !st.looksAtUnits() {
		return nil
	}
	last := axis[len(axis)-1].to
	moves, err := s.People.Moves(ctx, axis[0].from.Format(time.DateOnly), last.AddDate(0, 0, 1).Format(time.DateOnly))
	if err != nil {
		return fmt.Errorf("moves: %w", err)
	}
	st.markMoves(axis, moves)
	return nil
}

// looksAtUnits tells whether a unit is a dimension or a filter of the question.
func (st *study) looksAtUnits() bool {
	of := func(name string) bool { return name == "unit" || strings.HasPrefix(name, "unit.") }
	if slices.ContainsFunc(st.asked.By, of) {
		return true
	}
	for key := range st.g.where() {
		if of(key) {
			return true
		}
	}
	return false
}

// markMoves gives each step in which units moved one letter.
func (st *study) markMoves(axis []span, moves []people.UnitChange) {
	at := make([][]people.UnitChange, len(axis))
	for _, m := range moves {
		n := slices.IndexFunc(axis, func(x span) bool { return m.Day <= x.to.Format(time.DateOnly) })
		if n >= 0 && m.Was != nil && st.g.concerns(m) {
			at[n] = append(at[n], m)
		}
	}
	for n, some := range at {
		if len(some) == 0 {
			continue
		}
		letter := string(rune('A' + len(st.eventKeys)%26))
		st.eventKeys = append(st.eventKeys, ui.ChartKey{Letter: letter, Text: st.g.movesSaid(some)})
		i := slices.IndexFunc(st.events, func(e chart.Event) bool { return e.Period == n })
		if i < 0 {
			st.events = append(st.events, chart.Event{Period: n, Word: letter})
		} else {
			st.events[i].Word += letter
		}
	}
}

// concerns tells whether a move takes place in, out of or above the unit that the question is held to, and within what the
// viewer sees figures of.
func (g *ground) concerns(m people.UnitChange) bool {
	path := slices.Concat(g.Organisation.Path(m.Unit), g.Organisation.Path(m.Was.Parent), g.Organisation.Path(m.Becomes.Parent))
	if own := cx.UnitID(g.Unit); own != "" && !slices.Contains(path, own) && !slices.Contains(g.Organisation.Path(own), m.Unit) {
		return false
	}
	p := g.scope().Figures()
	return p.All || slices.ContainsFunc(p.Roots, func(root cx.UnitID) bool { return slices.Contains(path, root) })
}

// movesSaid writes "Nantes : d’Ouest à Nord, le 12 oct.", or how many moved.
func (g *ground) movesSaid(moves []people.UnitChange) string {
	l, m := g.lang(), moves[0]
	day := m.Day
	if t, err := time.Parse(time.DateOnly, m.Day); err == nil {
		day = l.Day(t)
	}
	name := func(k cx.UnitID) string {
		if k == "" {
			return l.T("explorer.move.top")
		}
		return g.Organisation.Name(k, l.Tag())
	}
	if len(moves) == 1 {
		return l.T("explorer.move", "unit", name(m.Unit), "from", name(m.Was.Parent), "to", name(m.Becomes.Parent), "day", day)
	}
	return l.T("explorer.moves", "count", len(moves), "unit", name(m.Unit), "day", day)
}

// eventsFrom gives the events of the time axis when its first steps are left out.
func (st *study) eventsFrom(first int) []chart.Event {
	var out []chart.Event
	for _, e := range st.events {
		if e.Period >= first {
			out = append(out, chart.Event{Period: e.Period - first, Word: e.Word})
		}
	}
	return out
}
