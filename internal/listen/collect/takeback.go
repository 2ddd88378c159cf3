package collect

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/media"
	"vigie/internal/record"
)

// Brought tells how many feedbacks of one import are in the record now, and how many of them wait.
func (d *Door) Brought(ctx context.Context, by cx.ImportID) (all, waiting int, err error) {
	err = d.d.DB.QueryRow(ctx, `SELECT count(*), coalesce(sum(CASE WHEN state = 1 THEN 1 ELSE 0 END), 0) FROM feedback WHERE import = ?`, int64(by)).Scan(&all, &waiting)
	if err != nil {
		return 0, 0, unavailable(fmt.Errorf("brought: %w", err))
	}
	return all, waiting, nil
}

// takenAtOnce feedbacks are taken back in one transaction.
const takenAtOnce = 500

// Takeback removes every feedback that one import brought, with the persons whom it alone made known, and tells step by step
// how many feedbacks are gone (gone may be nil). It is no erasure on somebody's demand: nothing of them is kept, and the same file may bring them again. What stood in
// the record before the import is not touched. Stopped half-way, it is called again. It is a Conflict once figures may have
// shown an employee's answer among them: the difference would tell it.
func (d *Door) Takeback(ctx context.Context, by cx.ImportID, gone func(n int)) error {
	if by == 0 {
		return cx.Fail(cx.NotFound, "", "collect.unknown_import")
	}
	if err := d.MayTakeBack(ctx, by); err != nil {
		return err
	}
	for {
		n := 0
		err := d.d.DB.Write(ctx, func(tx *record.Tx) error {
			ids, err := broughtBy(ctx, tx, by)
			if n = len(ids); err != nil || n == 0 {
				return err
			}
			return d.takeBack(ctx, tx, by, ids)
		})
		if err != nil {
			return unavailable(fmt.Errorf("take back: %w", err))
		}
		if gone != nil && n > 0 {
			gone(n)
		}
		if n < takenAtOnce {
			return nil
		}
	}
}

// MayTakeBack gives the Conflict that Takeback would be, nil when it would be none.
func (d *Door) MayTakeBack(ctx context.Context, by cx.ImportID) error {
	weeks, err := d.staffWeeks(ctx, by)
	if err != nil {
		return unavailable(fmt.Errorf("take back: %w", err))
	}
	for _, w := range weeks {
		if !d.d.Now().Before(cx.Shows(w.at, w.received)) {
			return cx.Fail(cx.Conflict, "", "collect.employee_brought")
		}
	}
	return nil
}

type staffWeek struct{ at, received time.Time }

// staffWeeks gives when employees' answers of an import were lived and came.
func (d *Door) staffWeeks(ctx context.Context, by cx.ImportID) ([]staffWeek, error) {
	rows, err := d.d.DB.Query(ctx, `SELECT DISTINCT f.at, f.received FROM feedback f WHERE f.import = ? AND f.state = 0 AND `+d.staff(), int64(by))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []staffWeek
	for rows.Next() {
		var at, received int64
		if err := rows.Scan(&at, &received); err != nil {
			return nil, err
		}
		out = append(out, staffWeek{time.UnixMicro(at), time.UnixMicro(received)})
	}
	return out, rows.Err()
}

// staff is the condition that a row f of feedback is an employee's.
func (d *Door) staff() string { return d.member("audience") + " = '" + string(cx.Employees) + "'" }

func broughtBy(ctx context.Context, tx *record.Tx, by cx.ImportID) ([]int64, error) {
	rows, err := tx.Query(ctx, `SELECT id FROM feedback WHERE import = ? ORDER BY id LIMIT ?`, int64(by), takenAtOnce)
	if err != nil {
		return nil, err
	}
	return record.Column[int64](rows)
}

// takeBack removes some feedbacks, then the persons of whom nothing is left.
func (d *Door) takeBack(ctx context.Context, tx *record.Tx, by cx.ImportID, ids []int64) error {
	in, args := record.In(ids)
	rows, err := tx.Query(ctx, `SELECT DISTINCT identity FROM feedback WHERE identity IS NOT NULL AND id `+in, args...)
	if err != nil {
		return err
	}
	named, err := record.Column[int64](rows)
	if err != nil {
		return err
	}
	if err := remove(ctx, tx, ids); err != nil || len(named) == 0 {
		return err
	}
	brought, err := d.d.Customers.Brought(ctx, tx, by, named)
	if err != nil {
		return err
	}
	for _, person := range slices.Sorted(maps.Keys(brought)) {
		in, args := record.In(brought[person])
		var left int
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM feedback WHERE identity `+in, args...).Scan(&left); err != nil {
			return err
		}
		if left > 0 {
			continue
		}
		if err := d.d.Customers.Erase(ctx, tx, person); err != nil {
			return err
		}
	}
	return nil
}

func remove(ctx context.Context, tx *record.Tx, ids []int64) error {
	in, args := record.In(ids)
	for _, q := range []string{`DELETE FROM quarantine WHERE feedback `, `DELETE FROM placed WHERE feedback `, `DELETE FROM feedback WHERE id `} {
		if _, err := tx.Exec(ctx, q+in, args...); err != nil {
			return err
		}
	}
	if err := media.Release(ctx, tx, ids); err != nil {
		return err
	}
	for _, id := range ids {
		tx.Publish(record.Event{Subject: record.Feedback, ID: id, Kind: record.Erased})
	}
	return nil
}
