package invite

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"vigie/internal/cx"
	"vigie/internal/record"
)

// Answered marks an invitation as answered, in the transaction that keeps the answer. Of one that is unknown, or answered
// already, nothing changes.
func (s *Store) Answered(ctx context.Context, tx *record.Tx, id InvitationID) error {
	i, err := find(ctx, tx, id)
	if cx.KindOf(err) == cx.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	if i, err = s.reached(ctx, tx, i); err != nil || i.State == Answered {
		return err
	}
	if err := s.notTwice(ctx, tx, i.Next); err != nil {
		return err
	}
	i.State, i.Why, i.Due, i.AnsweredAt = Answered, "", time.Time{}, s.d.Now().UTC()
	return s.update(ctx, tx, i)
}

// reached gives the invitation that an answer is due to: of one whose message came back, what was sent instead.
func (s *Store) reached(ctx context.Context, tx *record.Tx, i *Invitation) (*Invitation, error) {
	at := i
	for range hopsMost {
		if at.State != Bounced || at.Next == 0 {
			break
		}
		next, err := find(ctx, tx, at.Next)
		if notFound(err) {
			break
		}
		if err != nil {
			return nil, err
		}
		at = next
	}
	if at.Sent.IsZero() || at.State == Bounced {
		return i, nil // nothing else left: the message arrived after all
	}
	return at, nil
}

// Notice is what came back of a message.
type Notice struct {
	ID    InvitationID
	Hard  bool // the address fails for good
	Soft  bool // this message failed
	Known bool // a receipt, or an automatic answer: it was delivered
	Stop  bool // marked as unwanted
	To    string
	Words string
}

// Notify keeps what came back of a message. One that was answered stays so.
func (s *Store) Notify(ctx context.Context, tx *record.Tx, n Notice) error {
	_, err := s.notify(ctx, tx, n)
	return err
}

// notify keeps what came back, and tells whether it is about an invitation. A message answered stays so.
func (s *Store) notify(ctx context.Context, tx *record.Tx, n Notice) (bool, error) {
	if _, err := tx.Next(ctx, lock, 1); err != nil {
		return false, err
	}
	i, err := find(ctx, tx, n.ID)
	if notFound(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, s.tell(ctx, tx, i, n)
}

func (s *Store) tell(ctx context.Context, tx *record.Tx, i *Invitation, n Notice) error {
	was := *i
	if err := s.told(ctx, tx, i, n); err != nil {
		return err
	}
	if n.Stop {
		if err := s.stop(ctx, tx, i, "complaint"); err != nil {
			return err
		}
	}
	if reflect.DeepEqual(was, *i) {
		return nil
	}
	return s.update(ctx, tx, i)
}

// told moves the state by what came back; the same told twice, and what comes after an answer, changes nothing.
func (s *Store) told(ctx context.Context, tx *record.Tx, i *Invitation, n Notice) error {
	now := s.d.Now().UTC()
	settled := func(state State, why Why) {
		i.State, i.Why, i.Due, i.Settled, i.Words = state, why, time.Time{}, now, cut(n.Words, 300)
	}
	switch {
	case i.State == Answered || i.State == Refused:
	case n.Hard && i.Why != HardBounce:
		settled(Bounced, HardBounce)
		t, err := s.snapshot.Present(ctx)
		if err != nil {
			return err
		}
		return s.lost(ctx, tx, t, i, n.To)
	case n.Soft && i.State != Bounced:
		settled(Bounced, SoftBounce)
	case n.Known && (i.State == Sent || i.State == Unsure):
		i.State, i.Settled = Delivered, now
	}
	return nil
}

// stop notes that the person of an invitation wants no more of any.
func (s *Store) stop(ctx context.Context, tx *record.Tx, i *Invitation, proof string) error {
	of, err := s.d.Customers.PersonsOf(ctx, tx, []cx.IdentityID{i.Identity})
	if err != nil || of[i.Identity] == 0 {
		return err
	}
	if err := s.changePreference(ctx, tx, of[i.Identity], proof, func(p *Preference) { p.Off = true }); err != nil {
		return fmt.Errorf("stop: %w", err)
	}
	return nil
}
