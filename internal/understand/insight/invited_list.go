package insight

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/invite"
	"vigie/internal/people"
	"vigie/internal/record"
)

// InvitedQuery asks for the invitations behind a figure, newest first.
type InvitedQuery struct {
	Metric  cx.MetricID // those it is told of
	Program cx.Program
	Where   Where
	During  *Period
	Before  *InvitedMark // continue after this one; nil from the newest
	Limit   int          // 1 to 1,000; 0 is 50
}

// InvitedMark is a place in a list ordered by (At, ID) descending.
type InvitedMark struct {
	At time.Time
	ID invite.InvitationID
}

// InvitedList is one page of ids.
type InvitedList struct {
	Position record.Position
	IDs      []InvitedMark
	Total    int // exact to 10,000, then 10,001
	More     bool
}

// Invited gives the invitations to customers that a viewer may read. Errors as Ask's.
func (i *Insight) Invited(ctx context.Context, scope people.Scope, q InvitedQuery) (InvitedList, error) {
	ctx, cancel := context.WithTimeout(ctx, i.c.Deadline)
	defer cancel()
	var l InvitedList
	err := i.question(ctx, func(ctx context.Context, s *store, tx *sql.Conn) error {
		p := i.plan(ctx, s, scope)
		w, err := p.invited(q)
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

func (p *plan) invited(q InvitedQuery) (*sqlWhere, error) {
	if p.scope.People().Empty() {
		return nil, cx.Fail(cx.Denied, "", "insight.denied")
	}
	var known bool
	if p.metric, known = p.shape.catalogue.Metrics[q.Metric]; !known || p.metric.Counts != cx.Invitations {
		return nil, cx.Fail(cx.Invalid, "metric", "insight.unknown_key", "key", string(q.Metric))
	}
	if err := p.resolveColumn(); err != nil {
		return nil, err
	}
	code := programCode(string(q.Program))
	if code == 0 {
		return nil, cx.Fail(cx.Invalid, "program", "insight.unknown_key", "key", string(q.Program))
	}
	w := &sqlWhere{}
	w.add(p.column+" IS NOT NULL AND program = ?", int64(code))
	p.inside(w, p.scope.People())
	if err := p.during(w, q.During, "during"); err != nil {
		return nil, err
	}
	return w, p.where(w, q.Where, "where")
}

func (l *InvitedList) page(ctx context.Context, tx *sql.Conn, w *sqlWhere, q InvitedQuery) error {
	limit := min(max(q.Limit, 0), maxListed)
	if limit == 0 {
		limit = 50
	}
	if q.Before != nil {
		at := q.Before.At.UnixMicro()
		w.add("(instant < ? OR instant = ? AND id < ?)", at, at, int64(q.Before.ID))
	}
	text := fmt.Sprintf("SELECT instant, id FROM %s WHERE %s ORDER BY instant DESC, id DESC LIMIT %d", invitations, w, limit+1)
	err := stream(ctx, tx, text, w.args, func(v []driver.Value) error {
		l.IDs = append(l.IDs, InvitedMark{At: time.UnixMicro(codeOf(v[0])).UTC(), ID: invite.InvitationID(codeOf(v[1]))})
		return nil
	})
	if l.More = len(l.IDs) > limit; l.More {
		l.IDs = l.IDs[:limit]
	}
	return err
}
