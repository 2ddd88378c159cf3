package ui

import (
	"strings"

	"github.com/a-h/templ"

	"vigie/internal/lang"
)

// Voice is one feedback as it is read: the words before everything else.
type Voice struct {
	ID    string // of the element, unique on the page; "" none
	Score string // "2", "10"; "" when there is none
	Unit  string // "NPS"
	Tone  Tone
	Texts []Quote
	// Context is the line under the words: "J’attends le technicien · à domicile · Lille". When follows it.
	Context string
	When    string
	WhenISO string // RFC 3339, for the time element
	Links   []Link // touchpoint, customer…
	Chips   []Chip
	Href    string // the feedback's own page; "": none
}

// Quote is a text, in parts, with the question it answers.
type Quote struct {
	Question string
	Parts    []Part
	Lang     string // when it is not the page's
}

// Part is a stretch of a text. Mark: "" plain, "neg", "pos", "hit" (found by the search).
type Part struct{ Text, Mark string }

// Words makes a quote of one plain text.
func Words(text string) Quote { return Quote{Parts: []Part{{Text: text}}} }

// Hits makes the parts of a text where every occurrence of the terms is marked, whatever its case. Terms match as they are
// written; the first longest wins.
func Hits(text string, terms []string) []Part {
	var out []Part
	plain := 0
	lower := strings.ToLower(text)
	if len(lower) != len(text) { // a letter whose lower case is longer: positions would be wrong
		return []Part{{Text: text}}
	}
	for i := 0; i < len(text); {
		n := hitAt(lower[i:], terms)
		if n == 0 {
			i++
			continue
		}
		if i > plain {
			out = append(out, Part{Text: text[plain:i]})
		}
		out = append(out, Part{Text: text[i : i+n], Mark: "hit"})
		i += n
		plain = i
	}
	if plain < len(text) {
		out = append(out, Part{Text: text[plain:]})
	}
	return out
}

func hitAt(lower string, terms []string) int {
	best := 0
	for _, t := range terms {
		if t = strings.ToLower(t); t != "" && len(t) > best && strings.HasPrefix(lower, t) {
			best = len(t)
		}
	}
	return best
}

// Chip is a small word: a theme with its sign, an emotion, an attribute.
type Chip struct {
	Text string
	Sign string // "neg", "pos", ""
	Href string
}

func (c Chip) sign() string {
	switch c.Sign {
	case "neg":
		return "−"
	case "pos":
		return "+"
	}
	return ""
}

func (v Voice) class() string {
	if v.Score == "" {
		return "none"
	}
	return string(v.Tone)
}

// quoted gives a text between the language's quotation marks, escaped, without the white space that a template would
// put between its parts.
func quoted(l lang.Lang, parts []Part) string {
	var b strings.Builder
	b.WriteString(l.T("ui.quote.open"))
	for _, p := range parts {
		text := templ.EscapeString(p.Text)
		if p.Mark == "" {
			b.WriteString(text)
			continue
		}
		b.WriteString(`<mark class="` + templ.EscapeString(p.Mark) + `">` + text + "</mark>")
	}
	b.WriteString(l.T("ui.quote.close"))
	return b.String()
}
