package insight

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/people"
)

// VolumeQuery asks how much feedback of customers came, whatever was scored. By as in Query, without score.
type VolumeQuery struct {
	By     []string
	Where  Where
	During *Period // nil: everything
}

// Volume is the feedback of one cell and what it carries.
type Volume struct {
	By map[string]string
	// N feedbacks; those with Words (a verbatim), and those Identified (a customer is known, by whatever name).
	N, Words, Identified int64
	// Last is when the latest of them was lived.
	Last time.Time
}

// Volumes counts feedback of customers in the viewer's figures perimeter, in no order. Errors as Ask's.
func (i *Insight) Volumes(ctx context.Context, scope people.Scope, q VolumeQuery) ([]Volume, error) {
	ctx, cancel := context.WithTimeout(ctx, i.c.Deadline)
	defer cancel()
	var out []Volume
	err := i.question(ctx, func(ctx context.Context, s *store, tx *sql.Conn) error {
		p := i.plan(ctx, s, scope)
		w, err := p.volumes(q)
		if err != nil {
			return err
		}
		out, err = p.volume(ctx, tx, w)
		return err
	})
	return out, err
}

// volumes resolves the dimensions and writes the conditions.
func (p *plan) volumes(q VolumeQuery) (*sqlWhere, error) {
	if p.scope.Figures().Empty() {
		return nil, cx.Fail(cx.Denied, "", "insight.denied")
	}
	for n, name := range q.By {
		if name == "score" {
			return nil, cx.Fail(cx.Invalid, fmt.Sprintf("by[%d]", n), "insight.unknown_key", "key", name)
		}
	}
	if err := p.resolveBy(q.By); err != nil {
		return nil, err
	}
	w := &sqlWhere{}
	w.add("audience = ?", int64(customerCode))
	p.inside(w, p.scope.Figures())
	for _, d := range p.dims {
		p.agents = p.agents || d.name == "agent"
	}
	if _, ok := q.Where["agent"]; ok || p.agents {
		p.agents = true
		p.advisers(w)
	}
	if err := p.during(w, q.During, "during"); err != nil {
		return nil, err
	}
	return w, p.where(w, q.Where, "where")
}

func (p *plan) volume(ctx context.Context, tx *sql.Conn, w *sqlWhere) ([]Volume, error) {
	var columns, groups []string
	for n, d := range p.dims {
		columns, groups = append(columns, d.sql), append(groups, fmt.Sprint(n+1))
	}
	text := fmt.Sprintf("SELECT %s FROM facts WHERE %s", strings.Join(append(columns, "count(*)", "count(*) FILTER (WHERE words)", "count(identity)", "max(instant)"), ", "), w)
	if len(groups) > 0 {
		text += " GROUP BY " + strings.Join(groups, ", ")
	}
	cells := map[cell]*Volume{}
	err := stream(ctx, tx, text, w.args, func(v []driver.Value) error {
		var at cell
		for n, d := range p.dims {
			at[n] = d.node(codeOf(v[n]))
		}
		last := len(p.dims)
		x := cells[at]
		if x == nil {
			x = &Volume{By: p.keys(at)}
			cells[at] = x
		}
		x.N, x.Words, x.Identified = x.N+codeOf(v[last]), x.Words+codeOf(v[last+1]), x.Identified+codeOf(v[last+2])
		if n := codeOf(v[last+3]); x.N > 0 && time.UnixMicro(n).After(x.Last) {
			x.Last = time.UnixMicro(n).UTC()
		}
		return nil
	})
	if len(cells) > maxRows {
		return nil, cx.Fail(cx.TooMany, "by", "insight.too_many_rows", "most", maxRows)
	}
	out := make([]Volume, 0, len(cells))
	for _, x := range cells {
		out = append(out, *x)
	}
	return out, err
}

// keys write the cell as questions show it.
func (p *plan) keys(at cell) map[string]string {
	by := make(map[string]string, len(p.dims))
	for n, d := range p.dims {
		by[d.name] = d.key(at[n])
	}
	return by
}
