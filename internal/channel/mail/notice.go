package mail

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"regexp"
	"strings"

	"golang.org/x/text/encoding/htmlindex"
)

// Fate is what a message that came back says of the one we sent.
type Fate string

const (
	NoNotice  Fate = ""          // an ordinary message
	Hard      Fate = "hard"      // the address does not exist (any more): never write there again
	Soft      Fate = "soft"      // full, too large, refused for now or by policy: the address may be good
	Delayed   Fate = "delayed"   // still being tried
	Delivered Fate = "delivered" // a receipt
	Complaint Fate = "complaint" // marked as unwanted by the person: stop
	Away      Fate = "away"      // an automatic answer: delivered
)

// Notice is what was read of it.
type Notice struct {
	Fate      Fate
	Addresses []string // failed recipients, lower case, each once
	Status    string   // enhanced status (RFC 3463) like 5.1.1, "" when none is said
	Reason    string   // the server's words, one line, at most 300 characters; may hold addresses
	// Original is the Message-ID of the message it is about, without brackets; "" when it was not returned.
	Original string
}

// ReadNotice reads a message that came back (RFC 3464 reports, feedback reports RFC 5965, automatic answers RFC 3834, and
// the many forms that follow no standard). An ordinary message gives NoNotice. The error is of a message that cannot be
// read at all.
func ReadNotice(raw []byte) (Notice, error) {
	m, err := mail.ReadMessage(bytes.NewReader(trimEnvelope(raw)))
	if err != nil {
		return Notice{}, err
	}
	r := reading{header: m.Header}
	body, err := io.ReadAll(io.LimitReader(m.Body, bodyMost))
	if err != nil {
		return Notice{}, err
	}
	r.part(m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), body, 0)
	return r.notice(), nil
}

const (
	bodyMost  = 4 << 20
	depthMost = 6
)

// trimEnvelope drops the "From " line of a mailbox file and blank lines before the header.
func trimEnvelope(raw []byte) []byte {
	raw = bytes.TrimLeft(raw, "\r\n \t")
	if bytes.HasPrefix(raw, []byte("From ")) {
		_, raw, _ = bytes.Cut(raw, []byte("\n"))
	}
	return raw
}

// reading gathers the parts of a message that say something.
type reading struct {
	header   mail.Header
	text     strings.Builder // what a person would read, the returned message left out
	status   []mail.Header   // groups of message/delivery-status
	feedback bool            // a feedback report stands in it
	report   bool            // announced as a report
	returned string          // the message that was sent, or its header
}

func (r *reading) part(contentType, encoding string, body []byte, depth int) {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		kind = strings.ToLower(strings.TrimSpace(strings.Split(contentType, ";")[0]))
	}
	switch {
	case depth > depthMost:
	case kind == "message/delivery-status" || kind == "message/global-delivery-status":
		r.status = append(r.status, groups(decoded(encoding, body))...)
	case kind == "message/feedback-report":
		r.feedback = true
	case kind == "message/rfc822" || kind == "text/rfc822-headers" || kind == "message/global" || kind == "message/rfc822-headers":
		r.returned += "\n" + string(decoded(encoding, body))
	case strings.HasPrefix(kind, "multipart/") && params["boundary"] != "":
		r.report = r.report || kind == "multipart/report"
		r.parts(params["boundary"], body, depth)
	case kind == "" || strings.HasPrefix(kind, "text/") || strings.HasPrefix(kind, "multipart/"):
		r.words(textOf(decoded(encoding, body), params["charset"]))
	}
}

func (r *reading) parts(boundary string, body []byte, depth int) {
	l := multipart.NewReader(bytes.NewReader(body), boundary)
	for n := 0; n < 50; n++ {
		p, err := l.NextRawPart()
		if err != nil {
			if n == 0 { // a boundary that never comes: what is there is read as it is
				r.words(string(body))
			}
			return
		}
		inside, err := io.ReadAll(io.LimitReader(p, bodyMost))
		if err != nil && len(inside) == 0 {
			return
		}
		r.part(p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), inside, depth+1)
	}
}

// returnedFrom is where many servers begin the message they give back in the text itself.
var returnedFrom = regexp.MustCompile(`(?im)^[>\s-]*(-{2,}.*(copy of|original message|original e-?mail|returned message|message header|unsent message|below this line|undelivered message|transcript of message).*|the original message follows.*|-{3,}\s*(headers|message|bounced e-mail:?)\b.*|(received|return-path|message-id): .*)$`)

func (r *reading) words(s string) {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	if at := returnedFrom.FindStringIndex(s); at != nil {
		r.returned += "\n" + s[at[0]:]
		s = s[:at[0]]
	}
	r.text.WriteString(s)
	r.text.WriteByte('\n')
}

func decoded(encoding string, b []byte) []byte {
	var from io.Reader
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "quoted-printable":
		from = quotedprintable.NewReader(bytes.NewReader(b))
	case "base64":
		from = base64.NewDecoder(base64.StdEncoding, bytes.NewReader(b))
	default:
		return b
	}
	out, err := io.ReadAll(from)
	if err != nil && len(out) == 0 {
		return b
	}
	return out
}

// textOf reads bytes of a charset; one unknown is read as it is.
func textOf(b []byte, charset string) string {
	if charset != "" {
		if e, err := htmlindex.Get(charset); err == nil {
			if out, err := e.NewDecoder().Bytes(b); err == nil {
				return string(out)
			}
		}
	}
	return strings.ToValidUTF8(string(b), "\uFFFD")
}

// groups reads the fields of a delivery report: one group for the message, then one a recipient.
func groups(b []byte) []mail.Header {
	var l []mail.Header
	for _, group := range regexp.MustCompile(`\r?\n\s*\r?\n`).Split(string(b), -1) {
		if m, err := mail.ReadMessage(strings.NewReader(strings.TrimLeft(group, "\r\n") + "\r\n\r\n")); err == nil && len(m.Header) > 0 {
			l = append(l, m.Header)
		}
	}
	return l
}
