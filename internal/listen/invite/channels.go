package invite

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"vigie/internal/channel/mail"
	"vigie/internal/channel/sms"
	"vigie/internal/cx"
)

// Channels is how messages leave and what comes back. Passwords, tokens and keys stand in it: it is sealed where it is
// kept, and shown by Shown alone.
type Channels struct {
	// Base is the address customers reach this server by: "https://avis.example.org".
	Base    string              `json:"base"`
	Mail    *mail.Config        `json:"mail,omitempty"`    // nil: no e-mail leaves
	Mailbox *mail.MailboxConfig `json:"mailbox,omitempty"` // nil: failures are not read
	SMS     *sms.GatewayConfig  `json:"sms,omitempty"`     // nil: no short message leaves
	// Opens: e-mails hold an image that tells that they were opened. Off as it comes: many laws ask for consent first, and
	// readers that load images by themselves, or never, make it say little. Never in anonymous or employees' surveys.
	Opens bool `json:"opens,omitempty"`
}

// Check gives everything wrong with c.
func (c *Channels) Check() []*cx.Error {
	var l problems
	u, err := url.Parse(c.Base)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		l.add("base", "invite.base")
	}
	under := func(name string, found []*cx.Error) {
		for _, e := range found {
			copied := *e
			copied.Field = name + "." + e.Field
			l = append(l, &copied)
		}
	}
	if c.Mail != nil {
		under("mail", c.Mail.Check())
	}
	if c.Mailbox != nil {
		under("mailbox", c.Mailbox.Check())
	}
	if c.SMS != nil {
		under("sms", c.SMS.Check())
	}
	return l
}

// Shown gives c without its secrets: what stands for one is empty.
func (c Channels) Shown() Channels {
	if c.Mail != nil {
		m := *c.Mail
		m.Password, m.DKIM.Key = "", ""
		c.Mail = &m
	}
	if c.Mailbox != nil {
		b := *c.Mailbox
		b.Password = ""
		c.Mailbox = &b
	}
	if c.SMS != nil {
		g := *c.SMS
		g.Token = ""
		c.SMS = &g
	}
	return c
}

// keepSecrets takes over from what was known the secrets that are left empty, as long as they go to the same server.
func (c *Channels) keepSecrets(was Channels) {
	if c.Mail != nil && was.Mail != nil {
		if c.Mail.Password == "" && c.Mail.User == was.Mail.User && c.Mail.Host == was.Mail.Host {
			c.Mail.Password = was.Mail.Password
		}
		if c.Mail.DKIM.Key == "" && c.Mail.DKIM.Domain == was.Mail.DKIM.Domain {
			c.Mail.DKIM.Key = was.Mail.DKIM.Key
		}
	}
	if c.Mailbox != nil && was.Mailbox != nil && c.Mailbox.Password == "" && c.Mailbox.User == was.Mailbox.User && c.Mailbox.Host == was.Mailbox.Host {
		c.Mailbox.Password = was.Mailbox.Password
	}
	if c.SMS != nil && was.SMS != nil && c.SMS.Token == "" && c.SMS.User == was.SMS.User && c.SMS.URL == was.SMS.URL {
		c.SMS.Token = was.SMS.Token
	}
}

const channelsSetting = "channels"

// Channels gives those set; the zero value when none are.
func (s *Store) Channels(ctx context.Context) (Channels, error) {
	kept, err := s.Setting(ctx, channelsSetting)
	if err != nil || kept == "" {
		return Channels{}, err
	}
	return s.openChannels(kept)
}

func (s *Store) openChannels(kept string) (Channels, error) {
	var c Channels
	text, err := s.d.Unseal(channelsSetting, kept)
	if err == nil {
		err = json.Unmarshal([]byte(text), &c)
	}
	if err != nil {
		return c, fmt.Errorf("channels: %w", err)
	}
	return c, nil
}

// SetChannels keeps how messages leave, sealed; a secret left empty stays as it was.
func (s *Store) SetChannels(ctx context.Context, c Channels) error {
	was, err := s.Channels(ctx)
	if err != nil {
		return err
	}
	sealed, err := s.sealedChannels(c, was)
	if err != nil {
		return err
	}
	return s.KeepSetting(ctx, channelsSetting, sealed)
}

// sealedChannels checks channels and seals them, with the secrets of those before that are left empty.
func (s *Store) sealedChannels(c, was Channels) (string, error) {
	c.Base = strings.TrimRight(c.Base, "/")
	c.keepSecrets(was)
	if l := c.Check(); len(l) > 0 {
		return "", joined(l)
	}
	b, err := json.Marshal(c)
	if err != nil {
		return "", err
	}
	return s.d.Seal(channelsSetting, string(b))
}
