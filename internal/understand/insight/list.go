package insight

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"slices"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/people"
)

const (
	maxListed = 1000
	maxTotal  = 10_000
)

// List gives the feedbacks of customers that a viewer may read, newest first. Errors as Ask's.
func (i *Insight) List(ctx context.Context, scope people.Scope, q ListQuery) (List, error) {
	ctx, cancel := context.WithTimeout(ctx, i.c.Deadline)
	defer cancel()
	var l List
	err := i.question(ctx, func(ctx context.Context, s *store, tx *sql.Conn) error {
		p := i.plan(ctx, s, scope)
		w, err := p.listed(q)
		if err != nil {
			return err
		}
		if l.Position, err = position(ctx, tx); err != nil {
			return err
		}
		if l.Total, err = p.total(ctx, tx, w); err != nil {
			return err
		}
		return l.page(ctx, tx, w, q)
	})
	return l, err
}

// listed writes the conditions of a list: within the people perimeter, or one's own as an adviser.
func (p *plan) listed(q ListQuery) (*sqlWhere, error) {
	if p.scope.People().Empty() && p.scope.Adviser() == "" || q.Audience == cx.Employees {
		return nil, cx.Fail(cx.Denied, "", "insight.denied")
	}
	w := &sqlWhere{}
	w.add("audience = ?", int64(customerCode))
	if q.Program != "" {
		code := programCode(string(q.Program))
		if code == 0 {
			return nil, cx.Fail(cx.Invalid, "program", "insight.unknown_key", "key", string(q.Program))
		}
		w.add("program = ?", int64(code))
	}
	p.own(w)
	if q.Verbatim != nil {
		w.add("words = ?", *q.Verbatim)
	}
	if q.Among != nil {
		ids := make([]int64, len(q.Among))
		for n, id := range q.Among {
			ids[n] = int64(id)
		}
		w.among("id", ids)
	}
	if err := p.during(w, q.During, "during"); err != nil {
		return nil, err
	}
	return w, p.where(w, q.Where, "where")
}

// own adds what rows a viewer may read.
func (p *plan) own(w *sqlWhere) {
	term, args := p.insideSQL(p.scope.People())
	if own := p.scope.Adviser(); own != "" {
		if code, ok := p.store.dict("agent").find(own); ok {
			term, args = "("+term+" OR agent = ?)", append(args, int64(code))
		}
	}
	w.add(term, args...)
}

func (p *plan) total(ctx context.Context, tx *sql.Conn, w *sqlWhere) (n int, err error) {
	q := fmt.Sprintf("SELECT count(*) FROM (SELECT 1 FROM %s WHERE %s LIMIT %d)", p.table, w, maxTotal+1)
	if err = tx.QueryRowContext(ctx, q, w.args...).Scan(&n); err != nil {
		err = fmt.Errorf("total: %w", err)
	}
	return n, err
}

func (l *List) page(ctx context.Context, tx *sql.Conn, w *sqlWhere, q ListQuery) error {
	limit := min(max(q.Limit, 0), maxListed)
	if limit == 0 {
		limit = 50
	}
	if q.Before != nil {
		at := q.Before.At.UnixMicro()
		w.add("(instant < ? OR instant = ? AND id < ?)", at, at, int64(q.Before.ID))
	}
	text := fmt.Sprintf("SELECT instant, id FROM facts WHERE %s ORDER BY instant DESC, id DESC LIMIT %d", w, limit+1)
	err := stream(ctx, tx, text, w.args, func(v []driver.Value) error {
		l.IDs = append(l.IDs, Mark{At: time.UnixMicro(codeOf(v[0])).UTC(), ID: cx.FeedbackID(codeOf(v[1]))})
		return nil
	})
	if l.More = len(l.IDs) > limit; l.More {
		l.IDs = l.IDs[:limit]
	}
	return err
}

// Values gives the values of a dimension that customers' feedback has (that invitations have, of a dimension of theirs), the most
// frequent first: for filter menus.
func (i *Insight) Values(ctx context.Context, scope people.Scope, dim string) ([]string, error) {
	if onlyInvited(dim) {
		return i.InvitedValues(ctx, scope, dim)
	}
	return i.valuesIn(ctx, scope, facts, dim)
}

// InvitedValues gives the values of a dimension that invitations have, the most frequent first.
func (i *Insight) InvitedValues(ctx context.Context, scope people.Scope, dim string) ([]string, error) {
	return i.valuesIn(ctx, scope, invitations, dim)
}

func (i *Insight) valuesIn(ctx context.Context, scope people.Scope, table, dim string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, i.c.Deadline)
	defer cancel()
	var out []string
	err := i.question(ctx, func(ctx context.Context, s *store, tx *sql.Conn) error {
		p := i.plan(ctx, s, scope)
		p.table, p.agents = table, dim == "agent"
		if scope.Figures().Empty() {
			return cx.Fail(cx.Denied, "", "insight.denied")
		}
		if err := p.resolveBy([]string{dim}); err != nil {
			return err
		}
		var err error
		out, err = p.distinct(ctx, tx)
		return err
	})
	return out, err
}

func (p *plan) distinct(ctx context.Context, tx *sql.Conn) ([]string, error) {
	w := &sqlWhere{}
	if p.table == facts {
		w.add("audience = ?", int64(customerCode))
	}
	p.inside(w, p.scope.Figures())
	if p.agents {
		p.advisers(w)
	}
	d := p.dims[0]
	counts := map[string]int64{}
	text := fmt.Sprintf("SELECT %s, count(*) FROM %s WHERE %s GROUP BY 1", d.sql, p.table, w)
	err := stream(ctx, tx, text, w.args, func(v []driver.Value) error {
		if key := d.key(d.node(codeOf(v[0]))); key != "" {
			counts[key] += codeOf(v[1])
		}
		return nil
	})
	out := make([]string, 0, len(counts))
	for key := range counts {
		out = append(out, key)
	}
	slices.SortFunc(out, func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), strings.Compare(a, b))
	})
	return out, err
}
