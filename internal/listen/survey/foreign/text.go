package foreign

import (
	"regexp"
	"strings"

	xhtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/language"

	"vigie/internal/cx"
)

func knownLanguage(s string) bool {
	_, err := language.Parse(s)
	return s != "" && err == nil
}

func blank(t cx.Text) bool {
	for _, s := range t {
		if strings.TrimSpace(s) != "" {
			return false
		}
	}
	return true
}

// words makes plain text of a text written in HTML, language by language, pipes being ours.
func (r *reader) words(question string, raw cx.Text) cx.Text {
	out := cx.Text{}
	for lang, s := range raw {
		s = r.plain(question, s)
		if r.pipes != nil {
			s = r.pipes(r, question, s)
		} else {
			s = braces(s)
		}
		if s = untagged(strings.TrimSpace(s)); s != "" {
			out[lang] = s
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// braces keeps the braces of a text from being taken for a pipe.
func braces(s string) string { return strings.ReplaceAll(s, "{", "{{") }

// htmlMost is the longest fragment read, in bytes.
const htmlMost = 100_000

// plain is the text of an HTML fragment: paragraphs and items on lines of their own; what would run, nowhere.
func (r *reader) plain(question, s string) string {
	if len(s) > htmlMost {
		s = s[:htmlMost]
		r.lose(question, "foreign.long", "max", lettersMost)
	}
	p := plainer{r: r, question: question}
	for range 3 {
		if !strings.ContainsAny(s, "<&") {
			break
		}
		s = p.pass(s)
		if !tagged.MatchString(s) {
			break
		}
	}
	if p.formatted {
		r.lose("", "foreign.formatting")
	}
	return tidy(untagged(s))
}

var tagged = regexp.MustCompile(`<[a-zA-Z/!?]`)

// untagged turns what still looks like a tag into a sign that opens none.
func untagged(s string) string {
	return tagged.ReplaceAllStringFunc(s, func(m string) string { return "‹" + m[1:] })
}

var (
	blanks = regexp.MustCompile(`[ \t\r\f\x{a0}]+`)
	lines  = regexp.MustCompile(` ?\n ?`)
	gaps   = regexp.MustCompile(`\n{3,}`)
)

func tidy(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.Map(func(c rune) rune {
		if c < ' ' && c != '\n' && c != '\t' && c != '\r' || c == 0x7f {
			return -1
		}
		return c
	}, s)
	s = blanks.ReplaceAllString(s, " ")
	s = lines.ReplaceAllString(s, "\n")
	return strings.TrimSpace(gaps.ReplaceAllString(s, "\n\n"))
}

type plainer struct {
	r         *reader
	question  string
	b         strings.Builder
	skip      atom.Atom // within what is not read at all
	depth     int
	href      string
	formatted bool
}

func (p *plainer) pass(s string) string {
	p.b.Reset()
	p.skip, p.depth, p.href = 0, 0, ""
	z := xhtml.NewTokenizer(strings.NewReader(s))
	for {
		switch z.Next() {
		case xhtml.ErrorToken:
			return p.b.String()
		case xhtml.TextToken:
			if p.depth == 0 {
				p.b.WriteString(spaced(string(z.Text())))
			}
		case xhtml.StartTagToken:
			p.open(z.Token(), false)
		case xhtml.SelfClosingTagToken:
			p.open(z.Token(), true)
		case xhtml.EndTagToken:
			p.shut(z.Token().DataAtom)
		}
	}
}

// spaced is a text node: its line ends are spaces.
func spaced(s string) string { return strings.ReplaceAll(s, "\n", " ") }

func (p *plainer) open(t xhtml.Token, closed bool) {
	if p.depth > 0 {
		if t.DataAtom == p.skip && !closed {
			p.depth++
		}
		return
	}
	p.attributes(t)
	switch t.DataAtom {
	case atom.Script, atom.Style, atom.Iframe, atom.Object, atom.Svg, atom.Math, atom.Template, atom.Noscript, atom.Audio, atom.Video, atom.Select, atom.Textarea, atom.Head:
		p.r.lose(p.question, "foreign.active", "tag", t.Data)
		if !closed {
			p.skip, p.depth = t.DataAtom, 1
		}
	case atom.Embed, atom.Input, atom.Button, atom.Form, atom.Link, atom.Meta, atom.Base:
		p.r.lose(p.question, "foreign.active", "tag", t.Data)
	case atom.Br, atom.Hr, atom.P, atom.Div, atom.Tr, atom.Ul, atom.Ol, atom.Blockquote, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Section, atom.Table:
		p.line(t.DataAtom == atom.Br)
	case atom.Li:
		p.line(false)
		p.b.WriteString("– ")
	case atom.Td, atom.Th:
		p.b.WriteByte(' ')
	case atom.Img:
		p.r.lose(p.question, "foreign.image", "address", shown(attribute(t, "src")))
		p.b.WriteString(attribute(t, "alt"))
	case atom.A:
		p.href = attribute(t, "href")
	default:
		p.formatted = true
	}
}

func (p *plainer) shut(a atom.Atom) {
	if p.depth > 0 {
		if a == p.skip {
			p.depth--
		}
		return
	}
	switch a {
	case atom.P, atom.Div, atom.Tr, atom.Li, atom.Ul, atom.Ol, atom.Blockquote, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Section, atom.Table:
		p.line(false)
	case atom.A:
		if h := p.href; strings.HasPrefix(h, "http") || strings.HasPrefix(h, "mailto:") {
			p.link(h)
		}
		p.href = ""
	}
}

// link writes the address after its words, unless they are the address.
func (p *plainer) link(h string) {
	if bare := strings.TrimPrefix(h, "mailto:"); !strings.Contains(p.b.String(), bare) {
		p.b.WriteString(" (" + bare + ")")
	}
}

// line ends the line; always adds one even when it is empty.
func (p *plainer) line(always bool) {
	if always || p.b.Len() > 0 && !strings.HasSuffix(p.b.String(), "\n") {
		p.b.WriteByte('\n')
	}
}

func (p *plainer) attributes(t xhtml.Token) {
	for _, a := range t.Attr {
		value := strings.ToLower(strings.Join(strings.Fields(a.Val), ""))
		switch {
		case strings.HasPrefix(a.Key, "on"), strings.HasPrefix(value, "javascript:"), strings.HasPrefix(value, "data:text/html"):
			p.r.lose(p.question, "foreign.active", "tag", a.Key)
		case a.Key == "style" || a.Key == "class":
			p.formatted = true
		}
	}
}

func attribute(t xhtml.Token, key string) string {
	for _, a := range t.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// shown cuts what is quoted in a message.
func shown(s string) string {
	s = tidy(strings.ReplaceAll(s, "\n", " "))
	if l := []rune(s); len(l) > 120 {
		return string(l[:119]) + "…"
	}
	return s
}
