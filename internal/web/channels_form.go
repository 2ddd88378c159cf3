package web

import (
	"cmp"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net/url"
	"strings"
	"time"

	"vigie/internal/channel/mail"
	"vigie/internal/channel/sms"
	"vigie/internal/cx"
	"vigie/internal/listen/hook"
	"vigie/internal/listen/invite"
	"vigie/internal/web/ui"
)

// channelValues writes channels as their form is filled; secrets are never written.
func channelValues(c invite.Channels) url.Values {
	f := url.Values{"base": {c.Base}}
	setIf(f, "opens", c.Opens)
	setIf(f, "mail.on", c.Mail != nil)
	if m := c.Mail; m != nil {
		serverValues(f, "mail.", m.Server)
		f.Set("mail.from", m.From.Email)
		f.Set("mail.from_name", m.From.Name)
		f.Set("mail.reply_to", m.ReplyTo.Email)
		f.Set("mail.bounce", m.Bounce)
		setIf(f, "mail.verp", m.VERP)
		f.Set("mail.dkim.domain", m.DKIM.Domain)
		f.Set("mail.dkim.selector", m.DKIM.Selector)
		f.Set("mail.connections", count(m.Connections))
		f.Set("mail.each", count(m.Each))
	}
	setIf(f, "mailbox.on", c.Mailbox != nil)
	if b := c.Mailbox; b != nil {
		mailboxValues(f, "mailbox.", *b)
	}
	setIf(f, "sms.on", c.SMS != nil)
	if g := c.SMS; g != nil {
		f.Set("sms.url", g.URL)
		f.Set("sms.shape", string(g.Shape))
		f.Set("sms.from", g.From)
		f.Set("sms.user", g.User)
	}
	return f
}

func serverValues(f url.Values, prefix string, x mail.Server) {
	f.Set(prefix+"host", x.Host)
	f.Set(prefix+"port", count(x.Port))
	f.Set(prefix+"tls", string(x.TLS))
	f.Set(prefix+"user", x.User)
	f.Set(prefix+"ca", x.CA)
}

func mailboxValues(f url.Values, prefix string, b mail.MailboxConfig) {
	serverValues(f, prefix, b.Server)
	f.Set(prefix+"folder", b.Folder)
	f.Set(prefix+"after", string(b.After))
	f.Set(prefix+"move_to", b.MoveTo)
	f.Set(prefix+"every", count(int(b.Every/time.Second)))
}

func inboxValues(c *hook.MailboxConfig) url.Values {
	f := url.Values{}
	setIf(f, "inbox.on", c != nil)
	if c != nil {
		mailboxValues(f, "inbox.", c.Mail)
		f.Set("inbox.touchpoint", c.Letters.Touchpoint)
		f.Set("inbox.unit", c.Letters.Unit)
		f.Set("inbox.ours", strings.Join(c.Letters.Ours, ", "))
	}
	return f
}

// channelField is one of the page, filled; its hint is the message of its label and .hint, when there is one.
func (p *channelsPage) channelField(f url.Values, name, kind, label string) ui.Field {
	l := p.lang()
	out := ui.Field{Name: name, Kind: kind, Label: l.T(label), Value: f.Get(name), Autocomplete: "off", Quiet: true, Checked: kind == "checkbox" && f.Get(name) != ""}
	if l.Has(label + ".hint") {
		out.Hint = l.T(label + ".hint")
	}
	if kind == "checkbox" {
		out.Value = ""
	}
	return out
}

// secretField never shows what is kept.
func (p *channelsPage) secretField(name, kind, label string, kept bool) ui.Field {
	out := ui.Field{Name: name, Kind: kind, Label: p.lang().T(label), Autocomplete: "new-password", Quiet: true}
	if kept {
		out.Hint = p.lang().T("channels.kept")
	}
	return out
}

func (p *channelsPage) channelChoice(f url.Values, name, label string, values []string) ui.Field {
	out := p.channelField(f, name, "select", label)
	for _, v := range values {
		out.Options = append(out.Options, ui.Option{Value: v, Label: p.lang().T(label + "." + cmp.Or(v, "none"))})
	}
	out.Options = selected(out.Options, cmp.Or(f.Get(name), values[0]))
	return out
}

func (p *channelsPage) serverFields(f url.Values, prefix string, kept bool) []ui.Field {
	var modes []string
	for _, one := range tlsModes() {
		modes = append(modes, string(one))
	}
	return []ui.Field{p.channelField(f, prefix+"host", "", "channels.host"), p.channelField(f, prefix+"port", "number", "channels.port"),
		p.channelChoice(f, prefix+"tls", "channels.tls", modes), p.channelField(f, prefix+"user", "", "channels.user"), p.secretField(prefix+"password", "password", "channels.password", kept)}
}

func (p *channelsPage) mailboxMore(f url.Values, prefix string) []ui.Field {
	return []ui.Field{p.channelField(f, prefix+"folder", "", "channels.folder"), p.channelChoice(f, prefix+"after", "channels.after", []string{"seen", "move", "delete"}),
		p.channelField(f, prefix+"move_to", "", "channels.move_to"), p.channelField(f, prefix+"every", "number", "channels.every"), p.channelField(f, prefix+"ca", "textarea", "channels.ca")}
}

// fillChannels draws the form with what was typed; kept tells which secrets there are.
func (p *channelsPage) fillChannels(f url.Values, kept map[string]bool) {
	l := p.lang()
	send := append([]ui.Field{p.channelField(f, "mail.on", "checkbox", "channels.mail.on"), p.channelField(f, "mail.from_name", "", "channels.from_name"), p.channelField(f, "mail.from", "email", "channels.from")},
		p.serverFields(f, "mail.", kept["mail.password"])...)
	more := []ui.Field{p.channelField(f, "mail.reply_to", "email", "channels.reply_to"), p.channelField(f, "mail.bounce", "email", "channels.bounce"), p.channelField(f, "mail.verp", "checkbox", "channels.verp"),
		p.channelField(f, "mail.connections", "number", "channels.connections"), p.channelField(f, "mail.each", "number", "channels.each"), p.channelField(f, "mail.ca", "textarea", "channels.ca"),
		p.channelField(f, "opens", "checkbox", "channels.opens")}
	sign := []ui.Field{p.channelField(f, "mail.dkim.domain", "", "channels.dkim.domain"), p.channelField(f, "mail.dkim.selector", "", "channels.dkim.selector"),
		p.secretField("mail.dkim.key", "textarea", "channels.dkim.key", kept["mail.dkim.key"]), p.channelField(f, "mail.dkim.make", "checkbox", "channels.dkim.make")}
	back := append([]ui.Field{p.channelField(f, "mailbox.on", "checkbox", "channels.mailbox.on")}, p.serverFields(f, "mailbox.", kept["mailbox.password"])...)
	var shapes []string
	for _, one := range sms.Shapes() {
		shapes = append(shapes, string(one))
	}
	text := []ui.Field{p.channelField(f, "sms.on", "checkbox", "channels.sms.on"), p.channelField(f, "sms.url", "url", "channels.sms.url"), p.channelChoice(f, "sms.shape", "channels.sms.shape", shapes),
		p.channelField(f, "sms.from", "", "channels.sms.from"), p.channelField(f, "sms.user", "", "channels.sms.user"), p.secretField("sms.token", "password", "channels.sms.token", kept["sms.token"])}
	p.Groups = []channelGroup{
		{Title: l.T("channels.base"), Note: l.T("channels.base.note"), Fields: []ui.Field{p.channelField(f, "base", "url", "channels.base.label")}},
		{Title: l.T("channels.mail"), Note: l.T("channels.mail.note"), Fields: send, More: more},
		{Title: l.T("channels.dkim"), Note: l.T("channels.dkim.note"), Fields: sign},
		{Title: l.T("channels.mailbox"), Note: l.T("channels.mailbox.note"), Fields: back, More: p.mailboxMore(f, "mailbox.")},
		{Title: l.T("channels.sms"), Note: l.T("channels.sms.note"), Fields: text},
	}
}

func (p *channelsPage) inboxGroup(f url.Values, kept bool) channelGroup {
	l := p.lang()
	unit := p.channelField(f, "inbox.unit", "", "channels.inbox.unit")
	unit.Find = unitFind
	touchpoint := p.channelField(f, "inbox.touchpoint", "select", "channels.inbox.touchpoint")
	touchpoint.Options = p.touchpointOptions(cx.TouchpointID(f.Get("inbox.touchpoint")))
	fields := append([]ui.Field{p.channelField(f, "inbox.on", "checkbox", "channels.inbox.on")}, p.serverFields(f, "inbox.", kept)...)
	return channelGroup{Title: l.T("channels.inbox"), Fields: append(fields, touchpoint, unit, p.channelField(f, "inbox.ours", "", "channels.inbox.ours")), More: p.mailboxMore(f, "inbox.")}
}

// readChannels makes of channels what their form says. Empty secrets stand for those kept.
func readChannels(f url.Values, c *invite.Channels) error {
	x := &collector{}
	was := *c
	*c = invite.Channels{Base: strings.TrimSpace(f.Get("base")), Opens: f.Get("opens") != ""}
	if f.Get("mail.on") != "" {
		m := mail.Config{}
		if was.Mail != nil {
			m = *was.Mail
		}
		x.server(f, "mail.", &m.Server)
		m.From = mail.Address{Name: strings.TrimSpace(f.Get("mail.from_name")), Email: strings.TrimSpace(f.Get("mail.from"))}
		m.ReplyTo.Email = strings.TrimSpace(f.Get("mail.reply_to"))
		m.Bounce, m.VERP = strings.TrimSpace(f.Get("mail.bounce")), f.Get("mail.verp") != ""
		m.Connections, m.Each = x.whole("mail.connections", f.Get("mail.connections")), x.whole("mail.each", f.Get("mail.each"))
		m.DKIM = x.dkim(f)
		c.Mail = &m
	}
	if f.Get("mailbox.on") != "" {
		b := mail.MailboxConfig{}
		if was.Mailbox != nil {
			b = *was.Mailbox
		}
		x.mailbox(f, "mailbox.", &b)
		c.Mailbox = &b
	}
	if f.Get("sms.on") != "" {
		g := sms.GatewayConfig{}
		if was.SMS != nil {
			g = *was.SMS
		}
		g.URL, g.Shape, g.From = strings.TrimSpace(f.Get("sms.url")), sms.Shape(f.Get("sms.shape")), strings.TrimSpace(f.Get("sms.from"))
		g.User, g.Token = strings.TrimSpace(f.Get("sms.user")), f.Get("sms.token")
		c.SMS = &g
	}
	return x.err()
}

func (x *collector) server(f url.Values, prefix string, to *mail.Server) {
	to.Host, to.Port, to.TLS = strings.TrimSpace(f.Get(prefix+"host")), x.whole(prefix+"port", f.Get(prefix+"port")), mail.TLSMode(f.Get(prefix+"tls"))
	to.User, to.Password, to.CA = strings.TrimSpace(f.Get(prefix+"user")), f.Get(prefix+"password"), strings.TrimSpace(f.Get(prefix+"ca"))
}

func (x *collector) mailbox(f url.Values, prefix string, to *mail.MailboxConfig) {
	x.server(f, prefix, &to.Server)
	to.Folder, to.After, to.MoveTo = strings.TrimSpace(f.Get(prefix+"folder")), mail.After(f.Get(prefix+"after")), strings.TrimSpace(f.Get(prefix+"move_to"))
	to.Every = time.Duration(x.whole(prefix+"every", f.Get(prefix+"every"))) * time.Second
}

// dkim reads a signature; asked for, its key is made here and never leaves.
func (x *collector) dkim(f url.Values) mail.DKIM {
	d := mail.DKIM{Domain: strings.TrimSpace(f.Get("mail.dkim.domain")), Selector: strings.TrimSpace(f.Get("mail.dkim.selector")), Key: strings.TrimSpace(f.Get("mail.dkim.key"))}
	if d.Domain == "" && d.Key == "" && f.Get("mail.dkim.make") == "" {
		return mail.DKIM{}
	}
	if f.Get("mail.dkim.make") != "" {
		key, err := newDKIMKey()
		if err != nil {
			x.l = append(x.l, err)
		}
		d.Key = key
	}
	return d
}

func newDKIMKey() (string, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return "", err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return "", err
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), nil
}

// readInbox makes a mailbox of its form, nil when none is to be read.
func readInbox(f url.Values, was *hook.MailboxConfig) (*hook.MailboxConfig, error) {
	if f.Get("inbox.on") == "" {
		return nil, nil
	}
	x, c := &collector{}, hook.MailboxConfig{}
	if was != nil {
		c = *was
	}
	x.mailbox(f, "inbox.", &c.Mail)
	c.Letters.Touchpoint, c.Letters.Unit = f.Get("inbox.touchpoint"), strings.TrimSpace(f.Get("inbox.unit"))
	c.Letters.Ours = strings.FieldsFunc(strings.ToLower(f.Get("inbox.ours")), func(r rune) bool { return r == ',' || r == ';' || r == ' ' })
	if _, domain, found := strings.Cut(c.Mail.User, "@"); found && len(c.Letters.Ours) == 0 {
		c.Letters.Ours = []string{domain}
	}
	return &c, x.err()
}

// under says of which part of a form errors are.
func under(prefix string, err error) error {
	if err == nil {
		return nil
	}
	var out []error
	for _, one := range split(err) {
		if e, ok := errors.AsType[*cx.Error](one); ok && e.Field != "" {
			copied := *e
			copied.Field = prefix + e.Field
			one = &copied
		}
		out = append(out, one)
	}
	return errors.Join(out...)
}
