package mail

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"path"
	"strings"
)

// section is one part of a letter: its header and what stands under it, encoded.
type section struct {
	header mail.Header
	body   []byte
}

func (s section) kind() (string, map[string]string) {
	said := s.header.Get("Content-Type")
	kind, params, err := mime.ParseMediaType(said)
	if err != nil && kind == "" {
		kind, _, _ = strings.Cut(strings.ToLower(said), ";")
	}
	if kind = strings.TrimSpace(kind); kind == "" || !strings.Contains(kind, "/") {
		kind = "text/plain"
	}
	return kind, params
}

// gathering collects the texts and the files of a letter.
type gathering struct {
	texts  []string
	files  []Attachment
	length int
	parts  int
	cut    bool
}

const partsMost = 200

func (g *gathering) part(s section, depth int) {
	if g.parts++; g.parts > partsMost || depth > depthMost {
		g.cut = true
		return
	}
	kind, params := s.kind()
	disposition, options, _ := mime.ParseMediaType(s.header.Get("Content-Disposition"))
	name := fileName(options["filename"], params["name"])
	switch {
	case strings.HasPrefix(kind, "multipart/") && params["boundary"] != "":
		g.several(kind, sections(s.body, params["boundary"]), depth)
	case disposition == "attachment" || name != "" || !strings.HasPrefix(kind, "text/") && !strings.HasPrefix(kind, "multipart/"):
		g.file(s, Attachment{Name: name, Type: kind, Inline: disposition == "inline" || s.header.Get("Content-Id") != ""})
	case kind == "text/html":
		g.say(fromHTML(utf8Of(g.plain(s), params["charset"])))
	case kind == "text/calendar":
		g.file(s, Attachment{Name: name, Type: kind})
	default:
		text := lines(utf8Of(g.plain(s), params["charset"]))
		if strings.EqualFold(params["format"], "flowed") {
			text = unflow(text, strings.EqualFold(params["delsp"], "yes"))
		}
		g.say(text)
	}
}

// several reads a part of parts: of alternatives one text, the plainest that says something.
func (g *gathering) several(kind string, l []section, depth int) {
	if kind != "multipart/alternative" {
		for _, s := range l {
			g.part(s, depth+1)
		}
		return
	}
	best := ""
	for _, s := range l {
		one := gathering{parts: g.parts, length: g.length}
		one.part(s, depth+1)
		g.parts, g.cut = one.parts, g.cut || one.cut
		g.files = append(g.files, one.files...)
		if text := one.text(); best == "" {
			best = text
		}
	}
	g.say(best)
}

// sections cuts a part of parts. What follows no boundary is one part.
func sections(body []byte, boundary string) []section {
	var l []section
	for r := multipart.NewReader(bytes.NewReader(body), boundary); len(l) < partsMost; {
		p, err := r.NextRawPart()
		if err != nil {
			break
		}
		inside, err := io.ReadAll(p)
		if err != nil && len(inside) == 0 {
			break
		}
		l = append(l, section{header: mail.Header(p.Header), body: inside})
	}
	if len(l) == 0 {
		return []section{{header: mail.Header{}, body: body}}
	}
	return l
}

func (g *gathering) say(text string) {
	text = strings.TrimSpace(text)
	if room := max(0, textMost-g.length); len(text) > room {
		text, g.cut = strings.ToValidUTF8(text[:room], ""), true
	}
	if text != "" {
		g.texts = append(g.texts, text)
		g.length += len(text)
	}
}

func (g *gathering) text() string { return strings.Join(g.texts, "\n\n") }

func (g *gathering) plain(s section) []byte {
	b := decoded(s.header.Get("Content-Transfer-Encoding"), s.body)
	if most := 4 * textMost; len(b) > most {
		g.cut = true
		return b[:most]
	}
	return b
}

func (g *gathering) file(s section, a Attachment) {
	if len(g.files) >= attachmentsMax {
		g.cut = true
		return
	}
	b := decoded(s.header.Get("Content-Transfer-Encoding"), s.body)
	if a.Type == "message/rfc822" && a.Name == "" {
		h, _ := split(b)
		a.Name = fileName(plainHeader(h.Get("Subject")), "") + ".eml"
	}
	a.Size, a.Cut = len(b), len(b) > attachmentMost
	a.bytes = b[:min(len(b), attachmentMost)]
	g.files = append(g.files, a)
}

// fileName keeps a name without folders, fit to be shown.
func fileName(said, otherwise string) string {
	if said == "" {
		said = otherwise
	}
	said = path.Base("/" + strings.ReplaceAll(plainHeader(said), `\`, "/"))
	if said == "/" || said == "." || said == ".." {
		return ""
	}
	r := []rune(said)
	return string(r[:min(len(r), 120)])
}

// lines ends each by \n.
func lines(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

// unflow joins the lines a mailer broke (RFC 3676): those that end with a space go on, at the same depth of quoting.
func unflow(s string, del bool) string {
	var out strings.Builder
	open, depth := false, 0
	for _, l := range strings.Split(s, "\n") {
		d := len(l) - len(strings.TrimLeft(l, ">"))
		rest := strings.TrimPrefix(l[d:], " ")
		flows := strings.HasSuffix(rest, " ") && rest != "-- "
		if flows && del {
			rest = strings.TrimSuffix(rest, " ")
		}
		if open && d == depth && rest != "-- " {
			out.WriteString(rest)
		} else {
			if out.Len() > 0 {
				out.WriteByte('\n')
			}
			if d > 0 {
				out.WriteString(strings.Repeat(">", d) + " ")
			}
			out.WriteString(rest)
		}
		open, depth = flows, d
	}
	return out.String()
}
