package response

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/survey"
	"vigie/internal/record"
)

// A walk is how far one person came: which questions were met, where it stands, when it began and was complete. Of
// employees none is kept: a question left open tells who left it.

// walk keeps the walk of a response as it is now. begun is kept from the first time.
func walk(ctx context.Context, tx *record.Tx, r *Response, begun time.Time) error {
	if r.Version.Audience == cx.Employees {
		return nil
	}
	met, stopped := r.met()
	var finished int64
	if r.State == Complete {
		finished = r.Changed.UnixMicro()
	}
	_, err := tx.Exec(ctx, `INSERT INTO response_walk (response, survey, version, unit, begun, finished, met, stopped) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (response) DO UPDATE SET met = excluded.met, stopped = excluded.stopped,
			finished = CASE WHEN response_walk.finished > 0 THEN response_walk.finished ELSE excluded.finished END`,
		r.ID, string(r.Survey), r.Number, r.Unit, begun.UnixMicro(), finished, strings.Join(met, " "), string(stopped))
	if err != nil {
		return fmt.Errorf("walk of a response: %w", err)
	}
	return nil
}

// met gives the questions that the person has met, sorted, and the one where they stand, "" when none is left.
func (r *Response) met() (keys []string, stopped survey.QuestionID) {
	p := r.Path()
	at := p.Open(r.Passed)
	for _, q := range p.Questions {
		if at == nil && q.Missing(p.Known[q.Key]) {
			at = q
		}
		if _, answered := p.Known[q.Key]; answered || r.Passed[q.Key] || q == at {
			keys = append(keys, string(q.Key))
		}
	}
	slices.Sort(keys)
	if at != nil {
		stopped = at.Key
	}
	return keys, stopped
}

// walkBatch is how many responses of before walks were kept are caught up with at once.
const walkBatch = 500

// CatchUp keeps the walks of the responses that were there before walks were. It gives how many.
func (d *Desk) CatchUp(ctx context.Context) (int, error) {
	all := 0
	for {
		late, err := query(ctx, d.d.DB, `walked = 0 AND revision > 0 ORDER BY id LIMIT ?`, walkBatch)
		if err != nil || len(late) == 0 {
			return all, err
		}
		for _, r := range late {
			if err := d.dress(ctx, r); err != nil {
				return all, fmt.Errorf("response %d: %w", r.ID, err)
			}
		}
		if err := d.d.DB.Write(ctx, func(tx *record.Tx) error { return catchUp(ctx, tx, late) }); err != nil {
			return all, err
		}
		all += len(late)
	}
}

func catchUp(ctx context.Context, tx *record.Tx, late []*Response) error {
	for _, r := range late {
		res, err := tx.Exec(ctx, `UPDATE response SET walked = 1 WHERE id = ? AND walked = 0`, r.ID)
		if err != nil {
			return fmt.Errorf("walk of a response: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 { // changed, or erased, meanwhile
			if err != nil {
				return err
			}
			continue
		}
		if r.State == Closed && r.missedNothing() {
			r.State = Complete
		}
		if err := walk(ctx, tx, r, r.Started); err != nil {
			return err
		}
	}
	return nil
}

// missedNothing tells whether a response that may be changed no more was complete.
func (r *Response) missedNothing() bool {
	p := r.Path()
	return p.Open(r.Passed) == nil && !r.missing(p)
}
