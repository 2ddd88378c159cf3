package invite

import (
	"context"
	"encoding/json"
	"regexp"
	"strconv"

	"vigie/internal/channel/mail"
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
	said, about, err := r.notice(ctx, n)
	if err != nil {
		return err
	}
	return r.s.d.DB.Write(ctx, func(tx *record.Tx) error {
		if about {
			if _, err := tx.Next(ctx, lock, 1); err != nil {
				return err
			}
			if err := r.s.Notify(ctx, tx, said); err != nil {
				return err
			}
		}
		return r.s.keep(ctx, tx, cursorSetting, string(cursor))
	})
}

var ourID = regexp.MustCompile(`^inv\.(\d{1,18})\.\d+@`)

// notice tells which invitation a notice is about: by the Message-ID it returns, else by the last message to that address.
func (r *returns) notice(ctx context.Context, n mail.Notice) (Notice, bool, error) {
	out := Notice{Hard: n.Fate == mail.Hard, Soft: n.Fate == mail.Soft, Known: n.Fate == mail.Delivered || n.Fate == mail.Away, Stop: n.Fate == mail.Complaint, Words: n.Reason}
	if !out.Hard && !out.Soft && !out.Known && !out.Stop {
		return out, false, nil
	}
	if len(n.Addresses) > 0 {
		out.To = n.Addresses[0]
	}
	if m := ourID.FindStringSubmatch(n.Original); m != nil {
		id, err := strconv.ParseInt(m[1], 10, 64)
		out.ID = InvitationID(id)
		return out, err == nil, nil
	}
	if out.To == "" {
		return out, false, nil
	}
	last, err := r.s.lastTo(ctx, out.To, Email)
	if err != nil || last == nil {
		return out, false, err
	}
	out.ID = last.ID
	return out, true, nil
}

// lastTo gives the last invitation sent by a channel to whom an address or a number names; nil when there is none.
func (s *Store) lastTo(ctx context.Context, typed, channel string) (*Invitation, error) {
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
	l, err := invitations(ctx, s.d.DB, `identity `+in+` AND channel = ? AND away > 0 ORDER BY away DESC LIMIT 1`, append(args, channel)...)
	if err != nil || len(l) == 0 {
		return nil, err
	}
	return &l[0], nil
}
