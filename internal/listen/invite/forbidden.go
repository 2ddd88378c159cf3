package invite

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/customer"
	"vigie/internal/record"
)

// What a person may forbid for good is noted in the log of erasures, which no restore takes back: the objection, all
// surveys, a channel; back when it is allowed again.
const (
	objected = "objection"
	optedOut = "off"
	stopped  = "stop." // and a channel
	back     = ".back"
)

// forbidden gives what a preference forbids, as it is noted.
func forbidden(p Preference) map[string]bool {
	l := map[string]bool{objected: p.Objection, optedOut: p.Off}
	for _, ch := range []string{Email, SMS} {
		l[stopped+ch] = p.Channels[ch]
	}
	return l
}

// note notes what changes, under all that a person is named by, before it does.
func (s *Store) note(ctx context.Context, tx *record.Tx, names []customer.Name, was, is map[string]bool) error {
	if s.d.Ledger == nil {
		return nil
	}
	now := s.d.Now()
	var l []collect.Noted
	for what, no := range is {
		if no == was[what] {
			continue
		}
		if !no {
			what += back
		}
		for _, n := range names {
			l = append(l, collect.Noted{What: what, Hash: n.Hash, At: now})
		}
	}
	return s.d.Ledger.NoteIn(ctx, tx, l)
}

// Replay forbids again, in a record restored from a backup, what people forbade since it was taken, and tells of how many
// addresses, numbers and references. What the record knows of later than the log stays; the same replayed twice is one.
func (s *Store) Replay(ctx context.Context) (int, error) {
	if s.d.Ledger == nil {
		return 0, nil
	}
	noted, err := s.d.Ledger.Noted(ctx)
	if err != nil {
		return 0, err
	}
	of := byName(noted)
	met := 0
	err = s.d.DB.Write(ctx, func(tx *record.Tx) error {
		if _, err := tx.Next(ctx, lock, 1); err != nil {
			return err
		}
		for h, l := range of {
			changed, err := s.replay(ctx, tx, h, l)
			if err != nil {
				return fmt.Errorf("what was forbidden: %w", err)
			}
			if changed {
				met++
			}
		}
		return nil
	})
	return met, err
}

// replay applies what was noted of one name later than it is known. Of a name that nobody bears, the objection alone.
func (s *Store) replay(ctx context.Context, tx *record.Tx, h customer.Hash, l []collect.Noted) (bool, error) {
	var st Standing
	if err := readStandings(ctx, tx, [][]byte{h[:]}, func(_ customer.Hash, known Standing) { st = known }); err != nil {
		return false, err
	}
	identity, err := identityOf(ctx, tx, h)
	if err != nil {
		return false, err
	}
	known, since := micro(st.Changed), micro(st.Objected)
	slices.SortStableFunc(l, func(a, b collect.Noted) int { return a.At.Compare(b.At) })
	changed, at := false, known
	for _, n := range l {
		if n.At.UnixMicro() <= known {
			continue
		}
		what, allowed := strings.CutSuffix(n.What, back)
		switch ch, isChannel := strings.CutPrefix(what, stopped); {
		case what == objected && allowed:
			since = 0
		case what == objected:
			since = n.At.UnixMicro()
		case identity == 0:
			continue
		case what == optedOut:
			st.Off = !allowed
		case isChannel:
			channels := map[string]bool{ch: !allowed}
			for other, no := range st.Channels {
				channels[other] = no && other != ch || channels[other]
			}
			st.Channels = channels
		default:
			continue
		}
		changed, at = true, n.At.UnixMicro()
	}
	if !changed {
		return false, nil
	}
	n := customer.Name{Identity: customer.Identity{ID: identity}, Hash: h}
	return true, putPreference(ctx, tx, n, st.Preference, []any{since, "restore", at})
}

func identityOf(ctx context.Context, tx *record.Tx, h customer.Hash) (cx.IdentityID, error) {
	rows, err := tx.Query(ctx, `SELECT id FROM identity WHERE hash = ?`, h[:])
	if err != nil {
		return 0, err
	}
	l, err := record.Column[cx.IdentityID](rows)
	if err != nil || len(l) == 0 {
		return 0, err
	}
	return l[0], nil
}
