package hook

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"
	"time"

	"vigie/internal/channel/mail"
	"vigie/internal/cx"
	"vigie/internal/listen/collect"
)

// Letters says what the letters of a mailbox are feedback about.
type Letters struct {
	Source     string // "": mailbox
	Touchpoint string
	Unit       string
	Channel    string // "": email
	// Ours are domains whose letters are no customer's: those of the organisation.
	Ours []string
}

// Incoming is the feedback of a letter: the writer's own words, quotes and signature cut; ok is false for what is no
// voice of a customer (a failure, a letter written by a machine, one of ours, one that says nothing). The letters that one
// person writes in one thread are one feedback.
func (c Letters) Incoming(l mail.Letter, at time.Time) (in collect.Incoming, ok bool) {
	from := strings.ToLower(l.From.Email)
	if l.Automatic || from == "" || c.ours(from) {
		return in, false
	}
	in = collect.Incoming{Source: c.Source, SourceID: threadID(l, from), At: at, Touchpoint: c.Touchpoint, Unit: c.Unit, Channel: c.Channel, CollectedBy: "mailbox",
		Program: string(cx.Spontaneous), Customer: &collect.Customer{Email: from, Name: l.From.Name}}
	if in.Source == "" {
		in.Source = "mailbox"
	}
	if in.Channel == "" {
		in.Channel = "email"
	}
	if s := strings.TrimSpace(answerMark.ReplaceAllString(l.Subject, "")); s != "" && l.InReplyTo == "" && len(l.References) == 0 {
		in.Verbatims = append(in.Verbatims, cx.Verbatim{Question: "Objet", Text: s})
	}
	in.Verbatims = append(in.Verbatims, piecesOf(mail.Own(l.Text))...)
	return in, len(in.Verbatims) > 0
}

var answerMark = regexp.MustCompile(`(?i)^(?:\s*(?:re|ré|rép|tr|fw|fwd|aw|wg)\s*:\s*)+`)

func (c Letters) ours(address string) bool {
	_, domain, _ := strings.Cut(address, "@")
	for _, o := range c.Ours {
		if strings.EqualFold(domain, o) || strings.HasSuffix(domain, "."+strings.ToLower(o)) {
			return true
		}
	}
	return false
}

// threadID names what one person writes in one thread, without their address.
func threadID(l mail.Letter, from string) string {
	thread := l.Thread
	if thread == "" {
		thread = l.Date.Format(time.RFC3339) + l.Subject + l.Text
	}
	h := sha256.Sum256([]byte(thread + "\x00" + from))
	return "thread:" + hex.EncodeToString(h[:16])
}

// piecesOf cuts a long text where its lines end.
func piecesOf(text string) []cx.Verbatim {
	var out []cx.Verbatim
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimSpace(text) {
		piece := text
		if r := []rune(text); len(r) > pieceMost {
			piece = string(r[:pieceMost])
			if i := strings.LastIndexByte(piece, '\n'); i > 0 {
				piece = piece[:i]
			}
		}
		out, text = append(out, cx.Verbatim{Text: strings.TrimSpace(piece)}), text[len(piece):]
	}
	return out
}
