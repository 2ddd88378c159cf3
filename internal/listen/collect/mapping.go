package collect

import (
	"context"
	"errors"
	"fmt"
	"time"

	"vigie/internal/cx"
	"vigie/internal/record"
)

// Mapping is one key of others that was mapped to ours.
type Mapping struct {
	Kind, Key string
	To        string // "": to nothing
	Since     time.Time
	N         int // feedbacks that it placed
}

// Mappings gives all of them, the latest first.
func (d *Door) Mappings(ctx context.Context) ([]Mapping, error) {
	rows, err := d.d.DB.Query(ctx, `SELECT a.kind, a.key, a.target, a.since, (SELECT count(*) FROM placed p WHERE p.field = a.kind AND p.key = a.key)
		FROM alias a ORDER BY a.since DESC, a.kind, a.key`)
	if err != nil {
		return nil, fmt.Errorf("mappings: %w", err)
	}
	defer rows.Close()
	var out []Mapping
	for rows.Next() {
		var m Mapping
		var since int64
		if err := rows.Scan(&m.Kind, &m.Key, &m.To, &since, &m.N); err != nil {
			return nil, fmt.Errorf("mappings: %w", err)
		}
		m.Since = time.UnixMicro(since).UTC()
		out = append(out, m)
	}
	return out, rows.Err()
}

// Unalias takes a mapping back: what it placed gets the key it was sent with again, and waits unless that key is known. A
// feedback moved elsewhere since, or an employee's that figures may have shown, stays where it is. It answers how many wait again. Cut half-way, the others stay where the
// mapping had placed them.
func (d *Door) Unalias(ctx context.Context, kind, from string) (int, error) {
	to, err := d.dropAlias(ctx, kind, from)
	if err != nil {
		return 0, err
	}
	p, err := d.present(ctx)
	if err != nil {
		return 0, err
	}
	total := 0
	for {
		n, seen := 0, 0
		err := d.d.DB.Write(ctx, func(tx *record.Tx) error {
			n = 0
			rows, err := tx.Query(ctx, `SELECT feedback FROM placed WHERE field = ? AND key = ? ORDER BY feedback LIMIT ?`, kind, from, repairBatch)
			if err != nil {
				return err
			}
			ids, err := record.Column[int64](rows)
			if seen = len(ids); err != nil || seen == 0 {
				return err
			}
			for _, id := range ids {
				back, err := d.giveBack(ctx, tx, p, id, Mapping{Kind: kind, Key: from, To: to})
				if err != nil {
					return err
				}
				if back {
					n++
				}
			}
			return nil
		})
		if total += n; err != nil {
			return total, unavailable(fmt.Errorf("unalias: %w", err))
		}
		if seen < repairBatch {
			return total, nil
		}
	}
}

// dropAlias removes a mapping and gives what it mapped to.
func (d *Door) dropAlias(ctx context.Context, kind, from string) (to string, err error) {
	err = d.d.DB.Write(ctx, func(tx *record.Tx) error {
		rows, err := tx.Query(ctx, `SELECT target FROM alias WHERE kind = ? AND key = ?`, kind, from)
		if err != nil {
			return err
		}
		found, err := record.Column[string](rows)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return cx.Fail(cx.NotFound, "", "collect.unknown_alias")
		}
		to = found[0]
		if _, err := tx.Exec(ctx, `DELETE FROM alias WHERE kind = ? AND key = ?`, kind, from); err != nil {
			return err
		}
		return tx.Touch(ctx, "alias")
	})
	return to, wrap(err)
}

// giveBack gives one feedback the key it was sent with, and tells whether it waits now.
func (d *Door) giveBack(ctx context.Context, tx *record.Tx, p present, id int64, m Mapping) (bool, error) {
	if _, err := tx.Exec(ctx, `DELETE FROM placed WHERE feedback = ? AND field = ?`, id, m.Kind); err != nil {
		return false, err
	}
	s, err := lockStored(ctx, tx, id)
	if errors.Is(err, errNone) || err == nil && s.State == cx.Erased {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	f, err := Decode(s)
	if err != nil {
		return false, err
	}
	switch {
	case told(&f, d.d.Now()):
		return false, nil
	case m.Kind == touchpoint && string(f.Touchpoint) == m.To:
		f.Touchpoint = cx.TouchpointID(m.Key)
	case m.Kind == unit && string(f.Unit) == m.To:
		f.Unit = cx.UnitID(m.Key)
	default:
		return false, nil
	}
	miss, mapped := p.place(&f)
	f.State = stateOf(miss)
	tx.Publish(record.Event{Subject: record.Feedback, ID: id, Kind: record.Amended})
	return len(miss) > 0, replaceStored(ctx, tx, &f, placing{miss, mapped}, d.d.Now())
}
