package invite

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"vigie/internal/channel/mail"
	"vigie/internal/channel/sms"
	"vigie/internal/cx"
	"vigie/internal/record"
)

// TryMail sends one e-mail as the channels are set. The error is a *mail.Failure, or says that no e-mail leaves.
func (s *Store) TryMail(ctx context.Context, to mail.Address, subject, text string) error {
	c, err := s.Channels(ctx)
	if err != nil {
		return err
	}
	if c.Mail == nil {
		return cx.Fail(cx.Conflict, "mail", "invite.no_mail")
	}
	sender, err := mail.NewSender(*c.Mail, mail.Deps{Log: s.d.Log})
	if err != nil {
		return err
	}
	defer sender.Close()
	id := "test." + strings.ToLower(rand.Text()) + "@" + domainOf(c.Mail.From.Email)
	return sender.Send(ctx, mail.Message{ID: id, To: to, Subject: subject, Text: text})
}

// TrySMS sends one short message as the channels are set. The error is an *sms.Failure, or says that none leaves.
func (s *Store) TrySMS(ctx context.Context, id, to, text string) error {
	c, err := s.Channels(ctx)
	if err != nil {
		return err
	}
	if c.SMS == nil {
		return cx.Fail(cx.Conflict, "sms", "invite.no_sms")
	}
	gateway, err := sms.NewGateway(*c.SMS)
	if err != nil {
		return err
	}
	_, err = gateway.Send(ctx, sms.Message{ID: id, To: to, Text: sms.Plain(text)})
	return err
}

// ChangeChannels keeps what change makes of the channels: it is handed those set, without their secrets, and nobody
// changes them meanwhile.
func (s *Store) ChangeChannels(ctx context.Context, change func(*Channels) error) error {
	return s.d.DB.Write(ctx, func(tx *record.Tx) error {
		if err := tx.Touch(ctx, counter); err != nil {
			return err
		}
		t, err := loadTables(ctx, tx)
		if err != nil {
			return err
		}
		var was Channels
		if kept := t.setting[channelsSetting]; kept != "" {
			if was, err = s.openChannels(kept); err != nil {
				was = Channels{} // sealed under another installation's key: written over
			}
		}
		next := was.Shown()
		if err := change(&next); err != nil {
			return err
		}
		sealed, err := s.sealedChannels(next, was)
		if err != nil {
			return err
		}
		return s.keep(ctx, tx, channelsSetting, sealed)
	})
}

// Returning tells how reading what comes back goes on this machine: since when, and why not. set: a mailbox is read.
func (e *Engine) Returning() (last time.Time, trouble error, set bool) {
	box := e.returned.Load()
	if box == nil {
		return time.Time{}, nil, false
	}
	return box.Last(), box.Trouble(), true
}
