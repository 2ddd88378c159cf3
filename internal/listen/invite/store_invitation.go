package invite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"vigie/internal/cx"
	"vigie/internal/record"
)

const columns = `id, rule, once, survey, version, identity, occurrence, program, own, priority, channel, wording, segment, touchpoint, unit,
	state, why, due, latest, expires, planned, away, leaving, sent, settled, answered, round, attempts, said`

var invitationRows = record.Rows{Into: `INSERT INTO invitation (` + columns + `) VALUES`, Cols: 29, After: `ON CONFLICT (rule, once) DO NOTHING`}

// insert keeps new invitations and gives how many; one whose rule already thought of the same is left as it is. Quotas are
// counted here, under the lock.
func (s *Store) insert(ctx context.Context, tx *record.Tx, l []Invitation) (int64, error) {
	if len(l) == 0 {
		return 0, nil
	}
	if err := s.quotas(ctx, tx, l); err != nil {
		return 0, err
	}
	return s.put(ctx, tx, l)
}

// put keeps new invitations and numbers them.
func (s *Store) put(ctx context.Context, tx *record.Tx, l []Invitation) (int64, error) {
	last, err := tx.Next(ctx, "invitation", len(l))
	if err != nil {
		return 0, err
	}
	args := make([]any, 0, len(l)*invitationRows.Cols)
	for n := range l {
		i := &l[n]
		i.ID = InvitationID(last - int64(len(l)) + int64(n) + 1)
		if args, err = i.values(args); err != nil {
			return 0, err
		}
		tx.Publish(record.Event{Subject: record.Invitation, ID: int64(i.ID), Kind: record.Created})
	}
	n, err := tx.Insert(ctx, invitationRows, args)
	if err != nil {
		return 0, fmt.Errorf("invitations: %w", err)
	}
	return n, nil
}

func (i *Invitation) values(args []any) ([]any, error) {
	said, err := json.Marshal(i.Said)
	if err != nil {
		return nil, err
	}
	own := 0
	if i.Own {
		own = 1
	}
	return append(args, int64(i.ID), i.Rule, i.Once, string(i.Survey), i.Version, int64(i.Identity), i.Occurrence, string(i.Program), own, i.Priority,
		i.Channel, i.Wording, i.Segment, i.Touchpoint, i.Unit, int64(i.State), string(i.Why), micro(i.Due), micro(i.Latest), micro(i.Expires), micro(i.Planned),
		micro(i.Away), micro(i.Leaving), micro(i.Sent), micro(i.Settled), micro(i.AnsweredAt), i.Round, i.Attempts, string(said)), nil
}

func scanInvitation(rows interface{ Scan(...any) error }) (Invitation, error) {
	var i Invitation
	var own int
	var said string
	var t [9]int64
	err := rows.Scan(&i.ID, &i.Rule, &i.Once, &i.Survey, &i.Version, &i.Identity, &i.Occurrence, &i.Program, &own, &i.Priority, &i.Channel, &i.Wording, &i.Segment,
		&i.Touchpoint, &i.Unit, &i.State, &i.Why, &t[0], &t[1], &t[2], &t[3], &t[4], &t[5], &t[6], &t[7], &t[8], &i.Round, &i.Attempts, &said)
	if err != nil {
		return i, err
	}
	i.Own = own == 1
	for n, at := range []*time.Time{&i.Due, &i.Latest, &i.Expires, &i.Planned, &i.Away, &i.Leaving, &i.Sent, &i.Settled, &i.AnsweredAt} {
		*at = instant(t[n])
	}
	if err := json.Unmarshal([]byte(said), &i.Said); err != nil {
		return i, fmt.Errorf("invitation %d: %w", i.ID, err)
	}
	return i, nil
}

func invitations(ctx context.Context, q record.Querier, where string, args ...any) ([]Invitation, error) {
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM invitation WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("invitations: %w", err)
	}
	defer rows.Close()
	var l []Invitation
	for rows.Next() {
		i, err := scanInvitation(rows)
		if err != nil {
			return nil, err
		}
		l = append(l, i)
	}
	return l, rows.Err()
}

// held keeps the rows read from others to the end of the transaction; SQLite has one writer.
func held(tx *record.Tx) string {
	if tx.Dialect() == record.Postgres {
		return ` FOR UPDATE`
	}
	return ""
}

// find reads one inside a transaction; on PostgreSQL it holds the row.
func find(ctx context.Context, tx *record.Tx, id InvitationID) (*Invitation, error) {
	i, err := scanInvitation(tx.QueryRow(ctx, `SELECT `+columns+` FROM invitation WHERE id = ?`+held(tx), int64(id)))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, cx.Fail(cx.NotFound, "", "invite.unknown")
	}
	return &i, err
}

// update writes what may change of an invitation, and says so.
func (s *Store) update(ctx context.Context, tx *record.Tx, i *Invitation) error {
	said, err := json.Marshal(i.Said)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE invitation SET version = ?, channel = ?, state = ?, why = ?, due = ?, expires = ?, away = ?, leaving = ?, sent = ?, settled = ?, answered = ?,
		round = ?, attempts = ?, said = ? WHERE id = ?`, i.Version, i.Channel, int64(i.State), string(i.Why), micro(i.Due), micro(i.Expires), micro(i.Away), micro(i.Leaving),
		micro(i.Sent), micro(i.Settled), micro(i.AnsweredAt), i.Round, i.Attempts, string(said), int64(i.ID))
	if err != nil {
		return fmt.Errorf("invitation %d: %w", i.ID, err)
	}
	tx.Publish(record.Event{Subject: record.Invitation, ID: int64(i.ID), Kind: record.Amended})
	return nil
}

// cell is what a quota counts.
type cell struct {
	rule, segment string
	period        int64
}

// quotas refuses those over the quota of their rule and segment, in order, and counts the others.
func (s *Store) quotas(ctx context.Context, tx *record.Tx, l []Invitation) error {
	t, err := s.snapshot.Present(ctx)
	if err != nil {
		return err
	}
	counted, fresh := map[cell]int64{}, map[cell]int64{}
	for n := range l {
		i := &l[n]
		r := t.rule(i.Rule)
		if i.State != Planned || r == nil || r.Sampling.Quota == 0 {
			continue
		}
		c := cell{i.Rule, i.Segment, i.Planned.Unix() / 86400 / int64(orElse(r.Sampling.Days, 30))}
		if _, read := counted[c]; !read {
			if counted[c], err = countedIn(ctx, tx, c); err != nil {
				return err
			}
		}
		if counted[c] >= int64(r.Sampling.Quota) {
			i.State, i.Why, i.Due = Refused, ByQuota, time.Time{}
			continue
		}
		counted[c]++
		fresh[c]++
	}
	for c, n := range fresh {
		_, err := tx.Exec(ctx, `INSERT INTO invite_quota (rule, segment, period, n) VALUES (?, ?, ?, ?)
			ON CONFLICT (rule, segment, period) DO UPDATE SET n = invite_quota.n + excluded.n`, c.rule, c.segment, c.period, n)
		if err != nil {
			return fmt.Errorf("quota: %w", err)
		}
	}
	return nil
}

func countedIn(ctx context.Context, tx *record.Tx, c cell) (int64, error) {
	var n int64
	err := tx.QueryRow(ctx, `SELECT n FROM invite_quota WHERE rule = ? AND segment = ? AND period = ?`, c.rule, c.segment, c.period).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return n, err
}
