package invite

import (
	"context"
	"time"

	"vigie/internal/cx"
	"vigie/internal/record"
)

// Fate of a message that was leaving.
type Fate int

const (
	Gone    Fate = 1 // the server took it
	Failed  Fate = 2 // refused for good, and not for the address
	Unknown Fate = 3 // the address is refused for good
	Later   Fate = 4 // it did not leave
	Doubt   Fate = 5 // it may have left
)

// Result is what became of one message.
type Result struct {
	ID    InvitationID
	Fate  Fate
	Words string // the server's
	To    string // the address, for Unknown
	// Gateway is what the gateway calls the message, "" when it does not say.
	Gateway string
}

// Settle keeps what became of messages that were leaving.
func (s *Store) Settle(ctx context.Context, l []Result) error {
	if len(l) == 0 {
		return nil
	}
	t, err := s.snapshot.Present(ctx)
	if err != nil {
		return err
	}
	return s.d.DB.Write(ctx, func(tx *record.Tx) error {
		if _, err := tx.Next(ctx, lock, 1); err != nil {
			return err
		}
		for _, r := range l {
			i, err := find(ctx, tx, r.ID)
			if cx.KindOf(err) == cx.NotFound {
				continue
			}
			if err != nil {
				return err
			}
			if err := s.settle(ctx, tx, t, i, r); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Store) settle(ctx context.Context, tx *record.Tx, t *tables, i *Invitation, r Result) error {
	now := s.d.Now().UTC()
	i.Words = cut(r.Words, 300)
	if r.Fate == Gone && i.Sent.IsZero() {
		i.Sent = now
	}
	if i.State == Leaving || i.State == Unsure && r.Fate != Doubt {
		s.become(i, t, r, now)
	}
	if r.Gateway != "" {
		i.Gateway = cut(r.Gateway, 100)
	}
	if r.Fate == Unknown {
		if err := s.lost(ctx, tx, t, i, r.To); err != nil {
			return err
		}
	}
	return s.update(ctx, tx, i)
}

func (s *Store) become(i *Invitation, t *tables, r Result, now time.Time) {
	i.Due, i.Leaving = time.Time{}, time.Time{}
	if i.Round > 0 && r.Fate != Later {
		i.Reminded = true
	}
	switch r.Fate {
	case Gone:
		i.State, i.Why = Sent, ""
		i.Round, i.Attempts = i.Round+1, 0
		if rule := t.rule(i.Rule); rule != nil && i.Round <= len(rule.Reminders) {
			i.Due = now.AddDate(0, 0, rule.Reminders[i.Round-1])
		}
	case Unknown:
		i.State, i.Why, i.Settled = Bounced, HardBounce, now
	case Failed:
		i.State, i.Why, i.Settled = Bounced, ByServer, now
	case Doubt:
		i.State, i.Why = Unsure, ""
		if t.pace.Resend {
			i.State, i.Due = Planned, now.Add(time.Minute)
		}
	case Later:
		i.Attempts++
		i.State, i.Why, i.Due = Held, ByTrouble, now.Add(pause(i.Attempts))
		if i.Round == 0 {
			i.Away = time.Time{} // nobody was asked
		} else {
			i.State, i.Why = Sent, ""
		}
	}
}

// pause before the next attempt: one minute, then twice as long each time, four hours at most.
func pause(attempts int) time.Duration {
	return min(time.Minute<<min(attempts-1, 10), 4*time.Hour)
}

// Abandoned takes those marked as leaving before a moment, by a process that stopped, as unsure; they leave again when the
// pace says so, with the same Message-ID. It gives how many they were.
func (s *Store) Abandoned(ctx context.Context, before time.Time) (int, error) {
	t, err := s.snapshot.Present(ctx)
	if err != nil {
		return 0, err
	}
	return s.sweep(ctx, func(i *Invitation) { s.become(i, t, Result{Fate: Doubt}, s.d.Now().UTC()) },
		Leaving.is()+` AND leaving <= ? ORDER BY leaving LIMIT ?`, before.UnixMicro())
}

// Quieted takes those sent before a moment, of which nothing came back, as delivered.
func (s *Store) Quieted(ctx context.Context, before time.Time) (int, error) {
	now := s.d.Now().UTC()
	return s.sweep(ctx, func(i *Invitation) { i.State, i.Settled = Delivered, now }, Sent.is()+` AND sent < ? ORDER BY sent LIMIT ?`, before.UnixMicro())
}

// Expire closes those that may not be answered any more.
func (s *Store) Expire(ctx context.Context) (int, error) {
	now := s.d.Now().UTC()
	return s.sweep(ctx, func(i *Invitation) { i.State, i.Due = Expired, time.Time{} },
		among(Sent, Delivered, Opened, Unsure)+` AND expires > 0 AND expires <= ? ORDER BY expires LIMIT ?`, now.UnixMicro())
}

// sweep changes up to 1,000 invitations, found by a condition on one moment.
func (s *Store) sweep(ctx context.Context, change func(*Invitation), where string, moment int64) (int, error) {
	peek, err := invitations(ctx, s.d.DB, where, moment, 1)
	if err != nil || len(peek) == 0 {
		return 0, err
	}
	n := 0
	err = s.d.DB.Write(ctx, func(tx *record.Tx) error {
		if _, err := tx.Next(ctx, lock, 1); err != nil {
			return err
		}
		l, err := invitations(ctx, tx, where+held(tx), moment, 1000)
		if err != nil {
			return err
		}
		for k := range l {
			change(&l[k])
			if err := s.update(ctx, tx, &l[k]); err != nil {
				return err
			}
		}
		n = len(l)
		return nil
	})
	return n, err
}
