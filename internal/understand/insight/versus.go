package insight

import (
	"context"
	"database/sql"
	"maps"
	"time"

	"vigie/internal/cx"
)

// besides are the cells a question is compared with, found by the cells of the question itself.
type besides struct {
	cells *tally
	shift cell // from a cell of the question to the one beside: along time
}

// find gives the cell beside, nil when there is none.
func (b *besides) find(at cell) *counted {
	for n := range at {
		at[n] += b.shift[n]
	}
	return b.cells.find(at)
}

// beside runs the other side of a comparison: another period, the buckets of time taken in their order, or other
// conditions in place of those on the same keys.
func (p *plan) beside(ctx context.Context, tx *sql.Conn, q Query) (*besides, error) {
	v := q.Versus
	if v == nil {
		return nil, nil
	}
	where, during, b := q.Where, q.During, &besides{}
	if v.Where != nil {
		where = maps.Clone(v.Where)
		for key, c := range q.Where {
			if _, other := where[key]; !other {
				where[key] = c
			}
		}
	} else {
		var err error
		if during, err = otherPeriod(q); err != nil {
			return nil, err
		}
		b.shift = p.shift(q.During, during)
	}
	var err error
	b.cells, err = p.count(ctx, tx, where, during, "versus")
	return b, err
}

func otherPeriod(q Query) (*Period, error) {
	if q.Versus.During != nil {
		return q.Versus.During, nil
	}
	if q.During == nil { // before or a year before everything there is nothing
		return nil, cx.Fail(cx.Invalid, "versus", "insight.versus_during")
	}
	from, to, err := q.During.days("during")
	if err != nil {
		return nil, err
	}
	a, b := dayTime(from), dayTime(to)
	if q.Versus.Named == "year" {
		return period(yearBefore(a), yearBefore(b)), nil
	}
	if a.Day() == 1 && b.Day() == 1 { // whole months go back by months
		return period(a.AddDate(0, int(monthOf(a)-monthOf(b)), 0), a), nil
	}
	return period(dayTime(2*from-to), a), nil
}

// yearBefore gives the same day a year before; 29 February becomes 1 March.
func yearBefore(t time.Time) time.Time { return t.AddDate(-1, 0, 0) }

func period(from, to time.Time) *Period {
	return &Period{From: from.Format(time.DateOnly), To: to.Format(time.DateOnly)}
}

// shift sets the first bucket of a period beside the first of the other; without a period a bucket stands beside itself.
func (p *plan) shift(this, other *Period) cell {
	var s cell
	if this == nil {
		return s
	}
	here, _, err := this.days("during")
	there, _, err2 := other.days("versus.during")
	if err != nil || err2 != nil {
		return s // the question is refused for it
	}
	for n, d := range p.dims {
		if d.grain != "" {
			s[n] = bucketOf(d.grain, there) - bucketOf(d.grain, here)
		}
	}
	return s
}
