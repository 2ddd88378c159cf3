package web

import (
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/lang"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/intake"
	"vigie/internal/listen/note"
	"vigie/internal/web/ui"
)

// preview draws one row as the feedback it would become.
func (b *draftBuilder) preview(r intake.Previewed) previewView {
	l := b.lang()
	v := previewView{Line: l.T("import.line", "line", r.Line)}
	for _, why := range r.Why {
		v.Reasons = append(v.Reasons, reasonText(l, why))
	}
	switch r.Verdict {
	case collect.Duplicate, collect.Waiting, collect.Conflicting, collect.Gone, collect.Rejected:
		tone := ui.Watch
		if r.Verdict == collect.Rejected || r.Verdict == collect.Conflicting {
			tone = ui.Bad
		}
		v.Tags = append(v.Tags, ui.Tag{Text: l.T("import.verdict." + string(r.Verdict)), Tone: tone})
	}
	v.Voice = b.voiceOf(r.Incoming)
	if n := r.Note; n != nil {
		v.Voice.Chips = append(v.Voice.Chips, ui.Chip{Text: l.T("import.adviser.noted", "value", n.Value)})
		if n.Rule != note.NoRule {
			v.Voice.Chips = append(v.Voice.Chips, ui.Chip{Text: l.T("note.rule." + string(n.Rule))})
		}
	}
	for _, why := range r.NoteWhy {
		v.Reasons = append(v.Reasons, l.T("import.adviser.refused", "reason", reasonText(l, why)))
	}
	return v
}

// ruleMeanings of a value of a column of rules: the part that a rule had, as it is read or as it was said.
func (b *draftBuilder) ruleMeanings(text, to string, given bool) []ui.Option {
	l := b.lang()
	part, known := intake.ParseRule(text)
	if given {
		part, known = note.Rule(to), true
	}
	out := []ui.Option{{Value: string(note.NoRule), Label: l.T("note.rule.none"), Selected: known && part == note.NoRule}}
	for _, r := range note.Rules()[1:] {
		out = append(out, ui.Option{Value: string(r), Label: l.T("note.rule." + string(r)), Selected: known && part == r})
	}
	return append(out, ui.Option{Value: intake.Wait, Label: l.T("import.adviser.unsaid"), Selected: !known})
}

func reasonText(l lang.Lang, why intake.Reason) string {
	text := l.Error(&cx.Error{Kind: cx.Invalid, Field: why.Column, Code: why.Code, Args: why.Args})
	if why.Column != "" && !strings.Contains(text, why.Column) {
		return why.Column + " · " + text
	}
	return text
}

// voiceOf shows what a source sent as lists show feedback: main score, words, aspects as chips, context.
func (b *draftBuilder) voiceOf(in collect.Incoming) ui.Voice {
	l := b.lang()
	v := ui.Voice{When: l.T("import.nodate")}
	if !in.At.IsZero() {
		v.When, v.WhenISO = b.saidAt(in.At), in.At.Format(time.RFC3339)
	}
	for _, c := range b.i.Map.Columns {
		raw, said := in.Scores[c.Key]
		m, ok := b.metric(c.Key)
		if c.As != "score" || !said || !ok {
			continue
		}
		if text := scoreOf(l, m, raw); v.Score == "" && !m.Aspect {
			v.Score, v.Unit, v.Tone = text, l.Text(m.Name), toneOf(m, raw)
			if len([]rune(text)) <= 4 {
				continue
			}
			v.Score = ""
		}
		v.Chips = append(v.Chips, ui.Chip{Text: l.Text(m.Name) + " " + scoreOf(l, m, raw)})
	}
	for _, x := range in.Verbatims {
		v.Texts = append(v.Texts, ui.Quote{Question: x.Question, Parts: []ui.Part{{Text: firstWords(x.Text)}}})
	}
	v.Context = b.where(in)
	return v
}

func scoreOf(l lang.Lang, m cx.Metric, raw float64) string {
	if m.Min == 0 && m.Max == 1 && m.Points() == 2 {
		return l.T(map[bool]string{true: "import.yes", false: "import.no"}[raw == 1])
	}
	return l.Short(raw, 2)
}

func toneOf(m cx.Metric, raw float64) ui.Tone {
	better := func(a, b float64) bool { return a >= b }
	if m.Direction == cx.LowerBetter {
		better = func(a, b float64) bool { return a <= b }
	}
	switch {
	case m.Top != nil && better(raw, *m.Top):
		return ui.Good
	case m.Bottom != nil && better(*m.Bottom, raw):
		return ui.Bad
	}
	return ui.Plain
}

const previewRunes = 240

func firstWords(s string) string {
	if r := []rune(s); len(r) > previewRunes {
		return string(r[:previewRunes]) + "…"
	}
	return s
}

// where says all that places a feedback: touchpoint, channel, unit, customer, attributes.
func (b *draftBuilder) where(in collect.Incoming) string {
	var parts []string
	add := func(s string) {
		if s != "" {
			parts = append(parts, s)
		}
	}
	add(b.newName(in.Touchpoint))
	add(b.channelName(in.Channel))
	if in.Unit != "" {
		add(b.unitName(in.Unit))
	}
	if c := in.Customer; c != nil {
		add(strings.Join(strings.Fields(c.Name+" "+c.Ref+" "+c.Email+" "+c.Phone), " "))
	}
	return strings.Join(parts, " · ")
}

// newName names a touchpoint that is known, or that the import creates.
func (b *draftBuilder) newName(key string) string {
	if j := b.i.Map.Journey; j != nil {
		for _, s := range j.Stages {
			for _, t := range s.Touchpoints {
				if string(t.Key) == key {
					return b.lang().Text(t.Name)
				}
			}
		}
	}
	if key == "" {
		return ""
	}
	return b.touchpointName(cx.TouchpointID(key))
}
