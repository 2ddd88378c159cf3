package mail

import (
	"bytes"
	"io"
	"net/mail"
	"regexp"
	"strings"
	"time"

	"vigie/internal/cx"
)

// Letter is an e-mail as a person would read it.
type Letter struct {
	From    Address // Email "" when it names nobody
	To      []Address
	Subject string
	Date    time.Time // as its writer's machine said; zero when it said nothing readable
	// ID, InReplyTo and References are Message-IDs without brackets. Thread is the first message of the conversation as far
	// as it tells, itself at worst; "" only when it has no id either.
	ID, InReplyTo string
	References    []string
	Thread        string
	// Text is in UTF-8 with lines ended by \n: text/plain when there is some, else the HTML as text. Own cuts what others
	// wrote out of it.
	Text        string
	Attachments []Attachment
	Automatic   bool // written by a machine, or to many
	Cut         bool // too large to be read whole
}

// Attachment is a file that came with a letter.
type Attachment struct {
	Name   string // without a path; "" when none is given
	Type   string // as its writer says ("image/jpeg"): not to be trusted
	Size   int    // bytes
	Inline bool   // shown among the text, as the pictures of signatures are
	Cut    bool   // larger than what is kept: Open gives the beginning
	bytes  []byte
}

// Open reads what is kept of it.
func (a Attachment) Open() io.Reader { return bytes.NewReader(a.bytes) }

const (
	letterMost     = 40 << 20 // bytes read of a letter
	attachmentMost = 10 << 20 // bytes kept of an attachment
	textMost       = 1 << 20  // bytes of text
	attachmentsMax = 50
	namesMost      = 200 // addresses, references
)

// Read reads an e-mail whatever its charsets and encodings, forgiving what is malformed. The error is of what is no e-mail
// at all: no readable header.
func Read(raw []byte) (Letter, error) {
	header, body := split(trimEnvelope(raw[:min(len(raw), letterMost)]))
	if len(header) == 0 {
		return Letter{}, cx.Fail(cx.Invalid, "", "mail.unreadable")
	}
	l := Letter{Cut: len(raw) > letterMost, Subject: plainHeader(header.Get("Subject")), ID: firstID(header.Get("Message-Id"))}
	l.Date, _ = header.Date()
	l.Date = l.Date.UTC()
	for _, a := range addressList(header.Get("From")) {
		l.From = a
		break
	}
	l.To = addressList(header.Get("To"))
	l.InReplyTo = firstID(header.Get("In-Reply-To"))
	l.References = ids(header.Get("References"))
	l.Thread = l.ID
	switch {
	case len(l.References) > 0:
		l.Thread = l.References[0]
	case l.InReplyTo != "":
		l.Thread = l.InReplyTo
	}
	l.Automatic = byMachine(header)
	b := gathering{}
	b.part(section{header: header, body: body}, 0)
	l.Text, l.Attachments = b.text(), b.files
	l.Cut = l.Cut || b.cut
	return l, nil
}

func byMachine(h mail.Header) bool {
	auto := strings.ToLower(strings.TrimSpace(h.Get("Auto-Submitted")))
	precedence := strings.ToLower(strings.TrimSpace(h.Get("Precedence")))
	return auto != "" && !strings.HasPrefix(auto, "no") || precedence == "bulk" || precedence == "list" || precedence == "junk" ||
		precedence == "auto_reply" || h.Get("List-Id") != "" || h.Get("X-Autoreply") != ""
}

var idIn = regexp.MustCompile(`<([^<>\s]{1,250})>`)

func ids(s string) []string {
	var l []string
	for _, m := range idIn.FindAllStringSubmatch(s, namesMost) {
		l = append(l, m[1])
	}
	return l
}

func firstID(s string) string {
	if l := ids(s); len(l) > 0 {
		return l[0]
	}
	if s = strings.TrimSpace(s); len(s) <= 250 && strings.Count(s, "@") == 1 && !strings.ContainsAny(s, " \t<>") {
		return s
	}
	return ""
}

// addressList reads the addresses of a header; of one that follows no rule, those that look like one.
func addressList(s string) []Address {
	s = s[:min(len(s), 64<<10)]
	parser := mail.AddressParser{WordDecoder: wordDecoder()}
	var l []Address
	if parsed, err := parser.ParseList(s); err == nil {
		for _, a := range parsed[:min(len(parsed), namesMost)] {
			l = append(l, Address{Name: oneLine(a.Name), Email: strings.ToLower(oneLine(a.Address))})
		}
		return l
	}
	found := addressesIn(s)
	for _, a := range found[:min(len(found), namesMost)] {
		l = append(l, Address{Email: a})
	}
	if len(l) == 1 {
		name, _, _ := strings.Cut(plainHeader(s), "<")
		if name = strings.Trim(oneLine(name), `"' `); !strings.Contains(name, "@") {
			l[0].Name = name
		}
	}
	return l
}

// split parts header and body. Lines that are no field are left out: net/mail would give up the whole letter.
func split(raw []byte) (mail.Header, []byte) {
	h := mail.Header{}
	var last string
	for len(raw) > 0 {
		field, rest, _ := bytes.Cut(raw, []byte("\n"))
		text := string(bytes.TrimRight(field, "\r"))
		if text == "" {
			return h, rest
		}
		name, value, found := strings.Cut(text, ":")
		switch {
		case (text[0] == ' ' || text[0] == '\t') && last != "":
			values := h[last]
			if n := len(values) - 1; len(values[n]) < 64<<10 {
				values[n] += " " + strings.TrimSpace(text)
			}
		case found && headerName.MatchString(strings.TrimRight(name, " ")):
			last = canonical(strings.TrimRight(name, " "))
			h[last] = append(h[last], strings.TrimSpace(value))
		default:
			last = ""
		}
		raw = rest
	}
	return h, nil
}
