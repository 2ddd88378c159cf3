package collect

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/record"
)

// veil keeps of an employee's answer no more than figures above the floor need: the week instead of the instant, no
// customer, no adviser, no contact, no number of another tool. What it was sent with counts for its key alone: sent again it
// is a duplicate whatever it says, so that nobody tries what it said.
func (e *entry) veil(secret []byte) {
	in, f := *e.in, &e.f
	sum := sha256.Sum256(append(append(slices.Clone(secret), 5), e.key[:]...))
	e.hash = [16]byte(sum[:16])
	f.Respondent = respondent(secret, &in, f.At)
	f.At, f.Received = cx.Week(f.At), cx.Week(f.Received)
	f.SourceID, f.Contact, f.Agent = "", "", ""
	in.Customer, in.Agent, in.Contact = nil, "", ""
	e.in = &in
}

// respondent tells one employee from another within a year, so that one person answering often never makes a crowd: a keyed
// hash, another every year, "" when the sender names nobody.
func respondent(secret []byte, in *Incoming, at time.Time) string {
	who := in.Agent
	if c := in.Customer; c != nil {
		who = cmp.Or(c.Ref, c.Email, c.Phone, who)
	}
	if who == "" {
		return ""
	}
	b := append(append([]byte{}, secret...), 4)
	b = strconv.AppendInt(b, int64(cx.Week(at).Year()), 10)
	b = append(append(b, 0), strings.ToLower(strings.TrimSpace(who))...)
	sum := sha256.Sum256(b)
	return base64.RawURLEncoding.EncodeToString(sum[:8])
}

// veiled refuses to change an employee's answer once figures may show its month: they never move by one answer.
func veiled(f *cx.Feedback, now time.Time) error {
	if f.Audience == cx.Employees && !now.Before(cx.Closes(f.At)) {
		return cx.Fail(cx.Conflict, "", "collect.employee_closed")
	}
	return nil
}

// told tells whether figures may have shown an employee's answer.
func told(f *cx.Feedback, now time.Time) bool {
	return f.Audience == cx.Employees && !now.Before(cx.Shows(f.At, f.Received))
}

// hush takes an employee's words away, which no figure shows, and leaves the rest, which figures may have shown already.
func (d *Door) hush(ctx context.Context, tx *record.Tx, id int64) error {
	s, err := lockStored(ctx, tx, id)
	if errors.Is(err, errNone) || err == nil && s.State == cx.Erased {
		return nil
	}
	if err != nil {
		return err
	}
	f, err := Decode(s)
	if err != nil || len(f.Verbatims) == 0 {
		return err
	}
	f.Verbatims, f.Amended = nil, cx.Week(d.d.Now())
	if tx.Dialect() == record.SQLite { // overwritten where it stands
		if _, err := tx.Exec(ctx, `UPDATE feedback SET payload = zeroblob(length(payload)) WHERE id = ?`, id); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE feedback SET payload = ? WHERE id = ?`, appendPayload(nil, &f), id); err != nil {
		return fmt.Errorf("hush: %w", err)
	}
	tx.Publish(unsaid(id))
	return nil
}

// unsaid tells that the words of a feedback are gone: as an erasure, for who keeps them elsewhere.
func unsaid(id int64) record.Event {
	return record.Event{Subject: record.Feedback, ID: id, Kind: record.Erased}
}
