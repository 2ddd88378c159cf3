package mail

import (
	"bytes"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
	"golang.org/x/text/language"

	"vigie/internal/cx"
)

// Message is one e-mail to one person. Nothing is added to its texts: no pixel, no link rewritten.
type Message struct {
	// ID is the Message-ID, without brackets ("inv.42@example.org"): given by the caller and kept over retries, so that a
	// message sent twice is seen as one.
	ID      string
	To      Address
	Subject string
	Text    string // needed, even beside HTML
	HTML    string // "": text only
	// Unsubscribe is where one click stops these messages (RFC 8058: a POST, no question asked); https. "" for a message
	// that is not one of many.
	Unsubscribe string
	Lang        string            // BCP 47, "" when unknown
	Headers     map[string]string // more headers, "X-Vigie-…"; none of those the sender writes itself
}

const (
	subjectMost = 500 // bytes
	headerMost  = 900
	bodyMostOut = 2 << 20
)

var (
	messageID  = regexp.MustCompile(`^[A-Za-z0-9!#$%&'*+/=?^_{|}~.-]{1,120}@[A-Za-z0-9.-]{1,120}$`)
	headerName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]{0,60}$`)
	ourHeaders = regexp.MustCompile(`(?i)^(from|to|cc|bcc|sender|reply-to|return-path|date|message-id|subject|mime-version|content-.*|dkim-signature|received|list-unsubscribe.*|auto-submitted|precedence|x-auto-response-suppress|resent-.*|authentication-results|arc-.*)$`)
)

// Check gives everything wrong with m, nil when it may be sent.
func (m Message) Check() []*cx.Error {
	var l faults
	l.add(!messageID.MatchString(m.ID), "id", "mail.id", "value", m.ID)
	_, err := m.To.checked("to")
	l.err(err)
	l.add(strings.TrimSpace(m.Subject) == "" || !headerText(m.Subject, subjectMost), "subject", "mail.header_text")
	l.add(strings.TrimSpace(m.Text) == "", "text", "mail.text")
	l.add(len(m.Text)+len(m.HTML) > bodyMostOut, "text", "mail.too_long", "megabytes", bodyMostOut>>20)
	l.add(m.Unsubscribe != "" && !goodLink(m.Unsubscribe), "unsubscribe", "mail.unsubscribe", "value", m.Unsubscribe)
	_, err = language.Parse(m.Lang)
	l.add(m.Lang != "" && err != nil, "lang", "mail.lang", "value", m.Lang)
	for _, name := range slices.Sorted(maps.Keys(m.Headers)) {
		l.add(!headerName.MatchString(name) || ourHeaders.MatchString(name), "headers", "mail.header_name", "value", name)
		l.add(!headerText(m.Headers[name], headerMost), "headers."+name, "mail.header_text")
	}
	return l
}

// goodLink: one click is promised by https only; the machine itself may be tried without.
func goodLink(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && len(s) <= headerMost && headerText(s, headerMost) && !strings.ContainsAny(s, " <>") &&
		(u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname()))
}

// compose writes m, checked, as it goes over the wire, unsigned.
func (c Config) compose(m Message, now time.Time) ([]byte, error) {
	to, err := m.To.checked("to")
	if err != nil {
		return nil, err
	}
	from, err := c.From.checked("from")
	if err != nil {
		return nil, err
	}
	g := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := g.From(from.header()); err != nil {
		return nil, err
	}
	if err := g.To(to.header()); err != nil {
		return nil, err
	}
	if c.ReplyTo != (Address{}) {
		answers, err := c.ReplyTo.checked("reply_to")
		if err != nil {
			return nil, err
		}
		if err := g.ReplyTo(answers.header()); err != nil {
			return nil, err
		}
	}
	g.SetMessageIDWithValue(m.ID)
	g.SetDateWithValue(now)
	m.fill(g)
	var out bytes.Buffer
	_, err = g.WriteTo(&out)
	return out.Bytes(), err
}

func (m Message) fill(g *gomail.Msg) {
	g.Subject(m.Subject)
	g.SetGenHeader("Auto-Submitted", "auto-generated")
	// not "All": it would keep Exchange from saying what could not be delivered
	g.SetGenHeader("X-Auto-Response-Suppress", "OOF, AutoReply")
	if m.Unsubscribe != "" {
		g.SetGenHeader("Precedence", "bulk")
		g.SetGenHeaderPreformatted("List-Unsubscribe", "<"+m.Unsubscribe+">")
		g.SetGenHeaderPreformatted("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
	}
	if m.Lang != "" {
		g.SetGenHeader("Content-Language", m.Lang)
	}
	for name, value := range m.Headers {
		g.SetGenHeader(gomail.Header(name), value)
	}
	g.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		g.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
}
