package invite

import (
	"context"
	"encoding/json"
	"regexp"
	"strconv"

	"vigie/internal/channel/mail"
	"vigie/internal/channel/sms"
	"vigie/internal/people"
	"vigie/internal/record"
)

// returns takes what comes back to the mailbox: failures, receipts, complaints. Ordinary letters are let be.
type returns struct{ s *Store }

const cursorSetting = "mailbox"

// Cursor reads how far the mailbox was read.
func (r *returns) Cursor(ctx context.Context) (mail.Cursor, error) {
	var c mail.Cursor
	rows, err := r.s.d.DB.Query(ctx, `SELECT value FROM invite_setting WHERE name = ?`, cursorSetting)
	if err != nil {
		return c, err
	}
	l, err := record.Column[string](rows)
	if err != nil || len(l) == 0 {
		return c, err
	}
	return c, json.Unmarshal([]byte(l[0]), &c)
}

// Take keeps what one message says, with the cursor.
func (r *returns) Take(ctx context.Context, a mail.Arrived) error {
	cursor, err := json.Marshal(a.Cursor)
	if err != nil {
		return err
	}
	n, err := mail.ReadNotice(a.Raw)
	if err != nil {
		n = mail.Notice{} // what cannot be read tells nothing
	}
	said, about, err := r.s.aboutMail(ctx, n)
	if err != nil {
		return err
	}
	return r.s.d.DB.Write(ctx, func(tx *record.Tx) error {
		if about {
			if _, err := r.s.notify(ctx, tx, said); err != nil {
				return err
			}
		}
		return r.s.keep(ctx, tx, cursorSetting, string(cursor))
	})
}

// Returned keeps what came back of e-mails, as their server tells it elsewhere than in the mailbox, and gives how many were
// about an invitation. The same told twice changes nothing.
func (s *Store) Returned(ctx context.Context, l []mail.Notice) (int, error) {
	all := make([]Notice, 0, len(l))
	for _, n := range l {
		said, about, err := s.aboutMail(ctx, n)
		if err != nil {
			return 0, err
		}
		if about {
			all = append(all, said)
		}
	}
	return s.notifyAll(ctx, all)
}

// Receipts keeps what a gateway tells of short messages it took, and gives how many were about an invitation. The same told
// twice changes nothing.
func (s *Store) Receipts(ctx context.Context, l []sms.Receipt) (int, error) {
	all := make([]Notice, 0, len(l))
	for _, r := range l {
		i, err := s.texted(ctx, r)
		if err != nil {
			return 0, err
		}
		if i == 0 {
			continue
		}
		all = append(all, Notice{ID: i, Hard: r.Fate == sms.Hard, Soft: r.Fate == sms.Soft, Known: r.Fate == sms.Delivered, To: r.To, Words: r.Words})
		if r.Fate == sms.Stopped && r.To != "" {
			if err := s.stopSMS(ctx, r.To); err != nil {
				return 0, err
			}
		}
	}
	return s.notifyAll(ctx, all)
}

// notifyAll gives how many were about an invitation.
func (s *Store) notifyAll(ctx context.Context, l []Notice) (met int, err error) {
	if len(l) == 0 {
		return 0, nil
	}
	err = s.d.DB.Write(ctx, func(tx *record.Tx) error {
		for _, n := range l {
			known, err := s.notify(ctx, tx, n)
			if err != nil {
				return err
			}
			if known {
				met++
			}
		}
		return nil
	})
	return met, err
}

var ourID = regexp.MustCompile(`^inv\.(\d{1,18})\.\d+(?:@|$)`)

// ours reads the invitation out of the number of one of its messages, 0 when it is none of ours.
func ours(message string) InvitationID {
	m := ourID.FindStringSubmatch(message)
	if m == nil {
		return 0
	}
	id, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil {
		return 0
	}
	return InvitationID(id)
}

// aboutMail tells which invitation a notice is about: by the Message-ID it returns, else by the last message to that address.
func (s *Store) aboutMail(ctx context.Context, n mail.Notice) (Notice, bool, error) {
	out := Notice{Hard: n.Fate == mail.Hard, Soft: n.Fate == mail.Soft, Known: n.Fate == mail.Delivered || n.Fate == mail.Away, Stop: n.Fate == mail.Complaint, Words: n.Reason}
	if !out.Hard && !out.Soft && !out.Known && !out.Stop {
		return out, false, nil
	}
	if len(n.Addresses) > 0 {
		out.To = n.Addresses[0]
	}
	if out.ID = ours(n.Original); out.ID != 0 {
		return out, true, nil
	}
	if out.To == "" {
		return out, false, nil
	}
	l, err := s.sentTo(ctx, out.To, Email, 1)
	if err != nil || len(l) == 0 {
		return out, false, err
	}
	out.ID = l[0].ID
	return out, true, nil
}

// texted gives the invitation a receipt is about: by our number, by the gateway's, else the last one sent to that number by
// a gateway that gives none; 0 when there is none.
func (s *Store) texted(ctx context.Context, r sms.Receipt) (InvitationID, error) {
	if id := ours(r.ID); id != 0 {
		return id, nil
	}
	if r.To == "" {
		return 0, nil
	}
	l, err := s.sentTo(ctx, r.To, SMS, 20)
	if err != nil || len(l) == 0 {
		return 0, err
	}
	for _, i := range l {
		if r.Gateway != "" && i.Gateway == r.Gateway {
			return i.ID, nil
		}
	}
	if l[0].Gateway != "" && r.Gateway != "" { // a message that is none of ours
		return 0, nil
	}
	return l[0].ID, nil
}

// sentTo gives the last invitations sent by a channel to whom an address or a number names.
func (s *Store) sentTo(ctx context.Context, typed, channel string, most int) ([]Invitation, error) {
	p, err := s.d.Customers.Find(ctx, people.Whole(), typed)
	if notFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(p.Identities))
	for i, one := range p.Identities {
		ids[i] = int64(one.ID)
	}
	if len(ids) == 0 || len(ids) > record.InLimit {
		return nil, nil
	}
	in, args := record.In(ids)
	return invitations(ctx, s.d.DB, `identity `+in+` AND channel = ? AND away > 0 ORDER BY away DESC LIMIT ?`, append(args, channel, most)...)
}
