package collect

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"vigie/internal/cx"
	"vigie/internal/record"
)

// Fields of a feedback that may wait for their key.
const (
	touchpoint = "touchpoint"
	unit       = "unit"
)

// aliases: kind and foreign key → our key.
type aliases map[[2]string]string

func (a aliases) of(kind, key string) string {
	if to, ok := a[[2]string{kind, key}]; ok {
		return to
	}
	return key
}

func loadAliases(ctx context.Context, q record.Querier) (aliases, error) {
	rows, err := q.Query(ctx, `SELECT kind, key, target FROM alias`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := aliases{}
	for rows.Next() {
		var kind, key, target string
		if err := rows.Scan(&kind, &key, &target); err != nil {
			return nil, err
		}
		out[[2]string{kind, key}] = target
	}
	return out, rows.Err()
}

// Alias maps another's key to ours, once and for all that comes and all that waits. kind is "touchpoint" or "unit"; to
// must be known, or "": such feedback then counts without touchpoint or unit. It answers how many waiting feedbacks it repaired.
func (d *Door) Alias(ctx context.Context, kind, from, to string) (int, error) {
	p, err := d.present(ctx)
	if err != nil {
		return 0, err
	}
	switch {
	case kind != touchpoint && kind != unit:
		return 0, cx.Fail(cx.Invalid, "kind", "collect.alias_kind", "value", kind)
	case from == "" || len(from) > maxKey || !clean(from):
		return 0, cx.Fail(cx.Invalid, "from", "collect.key", "max", maxKey)
	case to == "":
	case kind == touchpoint && !p.touchpoints[cx.TouchpointID(to)]:
		return 0, cx.Fail(cx.Invalid, "to", "collect.unknown_touchpoint", "value", to)
	case kind == unit && !p.units[cx.UnitID(to)]:
		return 0, cx.Fail(cx.Invalid, "to", "collect.unknown_unit", "value", to)
	}
	err = d.d.DB.Write(ctx, func(tx *record.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO alias (kind, key, target, since) VALUES (?, ?, ?, ?)
			ON CONFLICT (kind, key) DO UPDATE SET target = excluded.target, since = excluded.since`, kind, from, to, d.d.Now().UnixMicro())
		if err != nil {
			return err
		}
		return tx.Touch(ctx, "alias")
	})
	if err != nil {
		return 0, fmt.Errorf("alias: %w", err)
	}
	return d.Repair(ctx)
}

// Waits says how many feedbacks wait for one key, and since when.
type Waits struct {
	Field string
	Key   string
	N     int
	Since time.Time
}

// Waiting gives what quarantine waits for, the most wanted first.
func (d *Door) Waiting(ctx context.Context) ([]Waits, error) {
	rows, err := d.d.DB.Query(ctx, `SELECT field, key, COUNT(*), MIN(since) FROM quarantine GROUP BY field, key ORDER BY COUNT(*) DESC, field, key`)
	if err != nil {
		return nil, fmt.Errorf("waiting: %w", err)
	}
	defer rows.Close()
	var out []Waits
	for rows.Next() {
		var w Waits
		var since int64
		if err := rows.Scan(&w.Field, &w.Key, &w.N, &since); err != nil {
			return nil, err
		}
		w.Since = time.UnixMicro(since).UTC()
		out = append(out, w)
	}
	return out, rows.Err()
}

// UnknownUnits gives those keys that neither the organisation nor a mapping knows, in their order.
func (d *Door) UnknownUnits(ctx context.Context, keys map[string]string) ([]string, error) {
	p, err := d.present(ctx)
	if err != nil {
		return nil, err
	}
	var out []string
	for key := range keys {
		if key != "" && !p.knows(unit, key) {
			out = append(out, key)
		}
	}
	slices.Sort(out)
	return out, nil
}

// repairBatch feedbacks are repaired in one transaction.
const repairBatch = 500

// Repair gives their place to the waiting feedbacks whose keys are known by now, and tells how many became live.
func (d *Door) Repair(ctx context.Context) (int, error) {
	p, err := d.present(ctx)
	if err != nil {
		return 0, err
	}
	waiting, err := d.Waiting(ctx)
	if err != nil {
		return 0, err
	}
	total := 0
	for _, w := range waiting {
		if !p.knows(w.Field, w.Key) {
			continue
		}
		for {
			seen, live, err := d.repairSome(ctx, p, w)
			total += live
			if err != nil {
				return total, fmt.Errorf("repair: %w", err)
			}
			if seen < repairBatch {
				break
			}
		}
	}
	return total, nil
}

func (p present) knows(field, key string) bool {
	if key = p.aliases.of(field, key); key == "" {
		return true // mapped to nothing
	}
	if field == touchpoint {
		return p.touchpoints[cx.TouchpointID(key)]
	}
	return p.units[cx.UnitID(key)]
}

// repairSome handles up to a batch of those that wait for one key. The waiting rows go whatever becomes of their
// feedback, so that each is met once.
func (d *Door) repairSome(ctx context.Context, p present, w Waits) (seen, live int, err error) {
	err = d.d.DB.Write(ctx, func(tx *record.Tx) error {
		live = 0
		ids, err := waitingFor(ctx, tx, w)
		if seen = len(ids); err != nil || seen == 0 {
			return err
		}
		for _, id := range ids {
			ok, err := d.repairOne(ctx, tx, p, id)
			if err != nil {
				return err
			}
			if ok {
				live++
			}
		}
		return nil
	})
	return seen, live, err
}

func waitingFor(ctx context.Context, tx *record.Tx, w Waits) ([]int64, error) {
	rows, err := tx.Query(ctx, `SELECT feedback FROM quarantine WHERE field = ? AND key = ? ORDER BY feedback LIMIT ?`, w.Field, w.Key, repairBatch)
	if err != nil {
		return nil, err
	}
	return record.Column[int64](rows)
}

// repairOne tells whether the feedback is live now.
func (d *Door) repairOne(ctx context.Context, tx *record.Tx, p present, id int64) (bool, error) {
	s, err := lockStored(ctx, tx, id)
	if errors.Is(err, errNone) || err == nil && s.State == cx.Erased {
		return false, dropWaiting(ctx, tx, id)
	}
	if err != nil {
		return false, err
	}
	f, err := Decode(s)
	if err != nil {
		return false, err
	}
	miss, mapped := p.place(&f)
	f.State = stateOf(miss)
	if f.Audience == cx.Employees && f.State == cx.Live {
		f.Received = cx.Week(d.d.Now()) // it arrives now, as far as figures go
	}
	if err := replaceStored(ctx, tx, &f, placing{miss, mapped}, d.d.Now()); err != nil {
		return false, err
	}
	if f.State == cx.Live {
		tx.Publish(record.Event{Subject: record.Feedback, ID: id, Kind: record.Repaired})
	}
	return f.State == cx.Live, nil
}

func stateOf(miss []missing) cx.State {
	if len(miss) > 0 {
		return cx.Quarantined
	}
	return cx.Live
}

// sweeper repairs when structure changes and every so often.
type sweeper struct {
	cancel context.CancelFunc
	done   chan struct{}
}

func (s *sweeper) start(ctx context.Context, d *Door) error {
	ctx, s.cancel = context.WithCancel(context.WithoutCancel(ctx))
	s.done = make(chan struct{})
	go func() {
		defer close(s.done)
		d.sweepUntil(ctx)
	}()
	return nil
}

func (s *sweeper) stop() {
	s.cancel()
	<-s.done
}

func (d *Door) sweepUntil(ctx context.Context) {
	tick := time.NewTicker(d.c.Look)
	defer tick.Stop()
	var last present
	var swept time.Time
	for {
		p, err := d.present(ctx)
		if err == nil && (!p.same(last) || time.Since(swept) >= d.c.Sweep) {
			last, swept = p, time.Now()
			err = d.sweepOnce(ctx)
		}
		if err != nil && ctx.Err() == nil {
			d.d.Log.Error("waiting feedback not repaired", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (d *Door) sweepOnce(ctx context.Context) error {
	n, err := d.Repair(ctx)
	if n > 0 {
		d.d.Log.Info("waiting feedback repaired", "feedbacks", n)
	}
	return err
}

func (p present) same(q present) bool {
	return maps.Equal(p.touchpoints, q.touchpoints) && maps.Equal(p.units, q.units) && maps.Equal(p.aliases, q.aliases)
}
