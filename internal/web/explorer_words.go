package web

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/lang"
	"vigie/internal/understand/insight"
	"vigie/internal/web/ui"
)

// sentence reads the question in words: "CSAT par mois et par canal, pour Entité : Ouest, sur les 90 derniers jours,
// comparé à la période précédente".
func (st *study) sentence() string { return sentence(st.g, st.asked) }

func sentence(g *ground, a asked) string {
	l := g.lang()
	text := g.indicatorName(a.Indicator)
	if a.Other != "" {
		text = l.T("explorer.sentence.against", "one", text, "other", g.indicatorName(a.Other))
	}
	var by []string
	for _, name := range a.By {
		by = append(by, l.T("explorer.sentence.by", "dimension", lowerFirst(g.axisLabel(name))))
	}
	if len(by) > 0 {
		text += " " + listed(l, by)
	}
	where := g.whereWords()
	for n, w := range where {
		where[n] = lowerFirst(w)
	}
	if len(where) > 0 {
		text += l.T("explorer.sentence.where", "filters", listed(l, where))
	}
	text += l.T("explorer.sentence.during", "period", g.periodWords())
	if v := versusWords(g, a); v != "" {
		text += l.T("explorer.sentence.versus", "what", v)
	}
	return text + "."
}

func (g *ground) indicatorName(key cx.IndicatorID) string {
	if m, ok := measure(g.Catalogue, key, nil); ok {
		return g.lang().Text(m.Name)
	}
	return string(key)
}

func lowerFirst(s string) string {
	r := []rune(s)
	if len(r) > 1 && strings.ToUpper(string(r[1])) == string(r[1]) && strings.ToLower(string(r[1])) != string(r[1]) {
		return s // an acronym
	}
	if len(r) > 0 {
		r[0] = []rune(strings.ToLower(string(r[0])))[0]
	}
	return string(r)
}

// listed joins words: "a, b et c".
func listed(l lang.Lang, words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return l.T("explorer.and", "some", strings.Join(words[:last], ", "), "last", words[last])
}

// whereWords says the filters but the period, one by one.
func (g *ground) whereWords() []string {
	l := g.lang()
	var out []string
	is := func(name string, values []string) {
		if len(values) == 0 {
			return
		}
		a := axis{Name: name}
		var names []string
		for _, v := range values {
			names = append(names, g.valueName(a, v))
		}
		out = append(out, l.T("cockpit.filter.is", "name", g.axisLabel(name), "value", strings.Join(names, ", ")))
	}
	is("unit", some([]string{g.Unit}))
	is("journey", some([]string{g.Journey}))
	is("touchpoint", some([]string{g.Touchpoint}))
	is("channel", g.Channel)
	is("language", g.Language)
	is("source", g.Source)
	for _, name := range contextFilters {
		is(name, g.Context[name])
	}
	for _, a := range g.Catalogue.Projected() {
		is(attributePrefix+string(a.Key), g.Attributes[string(a.Key)])
	}
	for _, c := range g.conditionsSaid() {
		out = append(out, c.Text)
	}
	if g.Score != "" {
		out = append(out, g.scoreWords())
	}
	if g.Also != "" {
		h := *g
		h.Score = g.Also
		out = append(out, l.T("explorer.answered", "metric", h.scoreWords()))
	}
	return out
}

func (g *ground) periodWords() string {
	l := g.lang()
	if slices.Contains(presets[:], g.During) {
		return l.T("explorer.period." + g.During)
	}
	return periodText(l, g.during())
}

// periodText writes a period, its last day included.
func periodText(l lang.Lang, p insight.Period) string {
	from, err := time.Parse(time.DateOnly, p.From)
	to, err2 := time.Parse(time.DateOnly, p.To)
	if err != nil || err2 != nil {
		return p.From + " – " + p.To
	}
	return l.T("explorer.period.range", "from", from, "to", to.AddDate(0, 0, -1))
}

// versusWords says what the question is compared with; "" when with nothing.
func versusWords(g *ground, a asked) string {
	l, v := g.lang(), a.versus(g)
	switch {
	case v == nil:
		return ""
	case v.Named != "":
		return l.T("explorer.versus.words." + v.Named)
	case v.During != nil:
		return l.T("explorer.versus.words.period", "period", periodText(l, *v.During))
	}
	key, value, _ := strings.Cut(a.Population, ":")
	if key == "others" {
		return l.T("explorer.versus.words.others", "dimension", lowerFirst(g.axisLabel(value)))
	}
	return l.T("explorer.versus.words.population", "name", g.axisLabel(key), "value", g.valueName(axis{Name: key}, value))
}

// nowShort names the question itself at the end of a line: what it is filtered to when others are beside it.
func (st *study) nowShort() string {
	if key, value, _ := strings.Cut(st.asked.Population, ":"); st.asked.Versus == "population" {
		if key == "others" {
			key = value
		}
		if c := st.g.where()[key]; len(c.In) == 1 {
			return st.g.valueName(axis{Name: key}, fmt.Sprint(c.In[0]))
		}
	}
	return st.g.lang().T("explorer.now")
}

// versusShort names the comparison at the end of a line.
func (st *study) versusShort() string {
	l := st.g.lang()
	switch st.asked.Versus {
	case "year":
		return l.T("explorer.short.year")
	case "population":
		if key, value, _ := strings.Cut(st.asked.Population, ":"); key != "others" {
			return st.g.valueName(axis{Name: key}, value)
		}
		return l.T("explorer.short.others")
	}
	return l.T("explorer.short.before")
}

// judged says how the differences were held to the noise of so many looks; "" without comparison.
func (st *study) judged() string {
	l := st.g.lang()
	switch {
	case st.asked.versus(st.g) == nil:
		return ""
	case st.overlap:
		return l.T("explorer.judged.overlap")
	case st.looks == 0:
		return l.T("explorer.judged.none")
	case st.looks == 1:
		return l.T("explorer.judged.one")
	}
	return l.T("explorer.judged", "looks", st.looks, "beyond", l.T("explorer.judged.beyond", "count", st.beyond))
}

// tableColumns heads the answer as a table.
func (st *study) tableColumns() []ui.Column {
	l := st.g.lang()
	var out []ui.Column
	for _, a := range st.axes {
		out = append(out, ui.Column{Label: a.Label})
	}
	if len(st.axes) == 0 {
		out = append(out, ui.Column{Label: l.T("explorer.indicator")})
	}
	figure := func(m measured) {
		out = append(out, ui.Column{Label: m.short(l), Numeric: true}, ui.Column{Label: l.T("touchpoint.interval"), Numeric: true}, ui.Column{Label: l.T("touchpoint.n"), Numeric: true})
	}
	figure(st.m)
	if st.asked.Other != "" {
		figure(st.other)
	}
	if st.asked.versus(st.g) != nil {
		for _, id := range []string{"explorer.compared", "explorer.compared.n", "explorer.difference", "explorer.difference.interval"} {
			out = append(out, ui.Column{Label: l.T(id), Numeric: true})
		}
		out = append(out, ui.Column{Label: l.T("explorer.verdict")})
	}
	return out
}

// table writes the answer line by line, at most limit of them.
func (st *study) table(limit int) ui.Table {
	t := ui.Table{Caption: st.label(), Columns: st.tableColumns(), Empty: st.g.lang().T("cockpit.none")}
	for _, m := range st.marks[:min(limit, len(st.marks))] {
		row := ui.Row{Href: m.Href}
		for i, k := range m.Keys {
			row.Cells = append(row.Cells, ui.Cell{Text: st.name(i, k)})
		}
		if len(m.Keys) == 0 {
			row.Cells = append(row.Cells, ui.Cell{Text: st.g.lang().Text(st.m.Name)})
		}
		row.Cells = append(row.Cells, st.m.figureCells(st.g, m.Figure)...)
		if st.asked.Other != "" {
			row.Cells = append(row.Cells, st.other.figureCells(st.g, m.Other)...)
		}
		if st.asked.versus(st.g) != nil {
			row.Cells = append(row.Cells, st.differenceCells(m)...)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// figureCells writes value, interval and n; what is too few says so and is not judged.
func (m measured) figureCells(g *ground, f cx.Figure) []ui.Cell {
	l := g.lang()
	if !f.Has {
		return []ui.Cell{{Text: "—"}, {}, {Text: l.Int(f.N)}}
	}
	value := ui.Cell{Text: m.text(l, f.Value), Tone: figureTone(m.weather(f))}
	if !f.Enough {
		value = ui.Cell{Text: m.text(l, f.Value), Note: l.T("explorer.few"), Tone: ui.Unknown}
	}
	return []ui.Cell{value, {Text: m.interval(l, f)}, {Text: l.Int(f.N)}}
}

func (st *study) differenceCells(m mark) []ui.Cell {
	l, v := st.g.lang(), m.Versus
	if v == nil || !v.Has {
		return []ui.Cell{{Text: "—"}, {}, {}, {}, {Text: l.T("explorer.verdict.nothing")}}
	}
	d := st.m.decimals()
	cells := []ui.Cell{{Text: st.m.text(l, v.Figure.Value)}, {Text: l.Int(v.Figure.N)}, {Text: st.m.difference(l, v.Difference)},
		{Text: l.Points(v.Low, d) + "\u2009–\u2009" + l.Points(v.High, d)}, {Text: l.T("explorer.verdict.noise")}}
	switch {
	case st.overlap:
		cells[4].Text = l.T("explorer.verdict.overlap")
	case !m.Figure.Enough || !v.Figure.Enough:
		cells[4].Text = l.T("explorer.few")
	case v.Significant:
		tone := st.m.better(v.Difference)
		cells[2].Tone, cells[4] = tone, ui.Cell{Text: l.T("explorer.verdict.real"), Tone: tone}
	}
	return cells
}
