package mail

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// fromHTML gives the words of an HTML letter, quotes marked by > as in plain text. Only words: no address behind a link,
// nothing hidden.
func fromHTML(s string) string {
	t := html.NewTokenizer(strings.NewReader(s))
	t.SetMaxBuf(4 * textMost)
	var p page
	for {
		switch kind := t.Next(); kind {
		case html.ErrorToken:
			return p.done()
		case html.TextToken:
			p.words(string(t.Text()))
		case html.StartTagToken, html.SelfClosingTagToken:
			p.open(t.Token(), kind == html.SelfClosingTagToken)
		case html.EndTagToken:
			p.close(t.Token().DataAtom)
		}
	}
}

// page is the text written so far.
type page struct {
	out    []string
	now    strings.Builder
	stack  []element
	quotes int
	hidden int
	pre    int
}

type element struct {
	tag            atom.Atom
	quote, hide    bool
	pre, ownsLines bool
}

const stackMost = 500

var (
	quoteClass = regexp.MustCompile(`(^|\s)(gmail_quote|yahoo_quoted|protonmail_quote)(\s|$)`)
	unseen     = regexp.MustCompile(`(?i)display\s*:\s*none|visibility\s*:\s*hidden`)
	spaces     = regexp.MustCompile(`[ \t\r\n\f\x{00A0}\x{200B}\x{FEFF}]+`)
)

func (p *page) open(t html.Token, closed bool) {
	switch t.DataAtom {
	case atom.Br:
		if strings.TrimSpace(p.now.String()) == "" {
			p.gap()
		}
		p.line()
		return
	case atom.Hr:
		p.line()
		return
	case atom.Img, atom.Input, atom.Meta, atom.Link, atom.Col, atom.Area, atom.Base, atom.Wbr, atom.Source:
		return
	}
	e := element{tag: t.DataAtom, ownsLines: ownsLines(t.DataAtom), pre: t.DataAtom == atom.Pre}
	e.quote = t.DataAtom == atom.Blockquote
	e.hide = slices.Contains([]atom.Atom{atom.Script, atom.Style, atom.Head, atom.Title, atom.Template, atom.Svg, atom.Select}, t.DataAtom)
	for _, a := range t.Attr {
		e.quote = e.quote || a.Key == "class" && quoteClass.MatchString(a.Val)
		e.hide = e.hide || a.Key == "hidden" || a.Key == "style" && unseen.MatchString(a.Val)
	}
	if closed || len(p.stack) >= stackMost {
		return
	}
	p.implied(t.DataAtom)
	p.begin(e)
}

// implied closes what the next element ends without saying so.
func (p *page) implied(next atom.Atom) {
	switch next {
	case atom.Body:
		p.close(atom.Head)
	case atom.P, atom.Li, atom.Td, atom.Tr:
		if n := len(p.stack); n > 0 && p.stack[n-1].tag == next {
			p.close(next)
		}
	}
}

func (p *page) begin(e element) {
	if e.ownsLines {
		p.line()
	}
	p.stack = append(p.stack, e)
	p.count(e, 1)
	switch e.tag {
	case atom.P, atom.Blockquote, atom.H1, atom.H2, atom.H3, atom.Ul, atom.Ol, atom.Table:
		p.gap()
	case atom.Li:
		p.now.WriteString("- ")
	case atom.Td, atom.Th:
		p.now.WriteString(" ")
	}
}

func (p *page) count(e element, n int) {
	if e.quote {
		p.quotes += n
	}
	if e.hide {
		p.hidden += n
	}
	if e.pre {
		p.pre += n
	}
}

// close ends the innermost element of that name, and those left open inside it.
func (p *page) close(tag atom.Atom) {
	for at := len(p.stack) - 1; at >= 0; at-- {
		if p.stack[at].tag != tag {
			continue
		}
		for n := len(p.stack) - 1; n >= at; n-- {
			if p.stack[n].ownsLines {
				p.line()
			}
			p.count(p.stack[n], -1)
		}
		p.stack = p.stack[:at]
		if tag == atom.P || tag == atom.Blockquote {
			p.gap()
		}
		return
	}
}

func ownsLines(a atom.Atom) bool {
	return slices.Contains([]atom.Atom{atom.P, atom.Div, atom.Blockquote, atom.Li, atom.Ul, atom.Ol, atom.Tr, atom.Table, atom.H1, atom.H2,
		atom.H3, atom.H4, atom.H5, atom.H6, atom.Pre, atom.Section, atom.Article, atom.Header, atom.Footer, atom.Body, atom.Center, atom.Dt, atom.Dd}, a)
}

func (p *page) words(s string) {
	if p.hidden > 0 {
		return
	}
	if p.pre > 0 {
		for n, l := range strings.Split(lines(s), "\n") {
			if n > 0 {
				p.flush()
			}
			p.now.WriteString(l)
		}
		return
	}
	s = spaces.ReplaceAllString(s, " ")
	if now := p.now.String(); now == "" || strings.HasSuffix(now, " ") {
		s = strings.TrimLeft(s, " ")
	}
	p.now.WriteString(s)
}

// line ends the line begun, if any; flush ends it even empty.
func (p *page) line() {
	if strings.TrimSpace(p.now.String()) != "" {
		p.flush()
		return
	}
	p.now.Reset()
}

func (p *page) flush() {
	text := strings.TrimRight(p.now.String(), " ")
	p.now.Reset()
	p.out = append(p.out, strings.TrimRight(strings.Repeat(">", min(p.quotes, 9))+mark(p.quotes)+text, " "))
}

func mark(quotes int) string {
	if quotes > 0 {
		return " "
	}
	return ""
}

func (p *page) gap() {
	if n := len(p.out); n > 0 && strings.Trim(p.out[n-1], "> ") != "" {
		p.out = append(p.out, strings.Repeat(">", min(p.quotes, 9)))
	}
}

func (p *page) done() string {
	p.line()
	for n := len(p.out); n > 0 && strings.Trim(p.out[n-1], "> ") == ""; n-- {
		p.out = p.out[:n-1]
	}
	return strings.TrimSpace(strings.Join(p.out, "\n"))
}
