package foreign

import (
	"strconv"

	"vigie/internal/listen/survey"
)

func (q *qualtrics) matrixOf(one *question, p node) {
	rows := q.items(one.tag, p, "Choices", false)
	points := q.items(one.tag, p, "Answers", true)
	q.crossed(one, p, rows, points)
}

// crossed asks rows against columns, as the selectors say.
func (q *qualtrics) crossed(one *question, p node, rows, points []item, part ...string) {
	selector, sub := p.get("Selector").str(), p.get("SubSelector").str()
	for i := range points {
		points[i].other, points[i].alone = false, points[i].alone && sub == "MultipleAnswer"
	}
	switch {
	case selector == "TE" || sub == "TE" || sub == "Short" || sub == "Medium" || sub == "Long" || sub == "Essay" || selector == "TextEntry":
		q.cells(one, survey.Text, rows, points, part...)
	case selector == "CS":
		q.lose(one.tag, "foreign.validation", "kind", "constant sum")
		q.cells(one, survey.Number, rows, points, part...)
	case selector == "MaxDiff":
		q.mostLeast(one, rows, points, part...)
	case selector == "Profile": // each row has points of its own, and is told
	case sub == "MultipleAnswer":
		q.rowByRow(one, survey.Choices, rows, points, part...)
		for _, row := range rows {
			if row.other {
				q.rowWords(one, row, part...)
			}
		}
	default:
		if selector == "RO" {
			q.lose(one.tag, "foreign.validation", "kind", "rank order")
		}
		q.matrix(one, rows, points, part...)
	}
}

// mostLeast asks which is best, then which is worst.
func (q *qualtrics) mostLeast(one *question, rows, points []item, part ...string) {
	if len(points) == 0 || len(rows) < 2 {
		q.matrix(one, rows, points, part...)
		return
	}
	if tooWide(len(rows), len(points)) {
		return
	}
	q.note(one.tag, "foreign.most_least", "n", len(points))
	for i := range rows {
		rows[i].alone = false
	}
	for _, p := range points {
		pick := question{tag: one.tag, base: one.base, t: newTarget()}
		pick.base.Text = joined(one.base.Text, p.text)
		q.list(&pick, survey.Choice, rows, append(append([]string{}, part...), p.code)...)
		one.join(&pick)
		for _, row := range rows {
			if c, ok := pick.t.taken[rowed(part, p.code+"/"+row.id)]; ok {
				one.t.taken[rowed(part, row.id+"/"+p.id)] = c
			}
		}
	}
}

// sideBySide asks each column in a question of its own, against the same rows.
func (q *qualtrics) sideBySide(one *question, p node) {
	rows := q.items(one.tag, p, "Choices", false)
	if tooWide(len(rows), len(p.get("AdditionalQuestions").keys())) {
		return
	}
	for _, n := range p.get("AdditionalQuestions").keys() {
		c := p.get("AdditionalQuestions", n)
		column := &question{tag: one.tag, base: one.base, t: newTarget()}
		text := q.translated(one.tag, p, "AdditionalQuestions", n, "QuestionText")
		column.base.Text = joined(one.base.Text, text)
		for i := range rows {
			rows[i].other = false
		}
		q.crossed(column, c, rows, q.columnPoints(one.tag, p, n), n)
		one.join(column)
		for id, cond := range column.t.taken {
			one.t.taken[id] = cond
		}
	}
}

func (q *qualtrics) columnPoints(tag string, p node, n string) []item {
	c := p.get("AdditionalQuestions", n)
	points := q.items(tag, c, "Answers", true)
	for i := range points {
		points[i].text = q.translated(tag, p, "AdditionalQuestions", n, "Answers", points[i].id, "Display")
	}
	return points
}

func (q *qualtrics) slider(one *question, p node, selector string) {
	rows := q.items(one.tag, p, "Choices", false)
	c := p.get("Configuration")
	if labels := p.get("Labels"); len(labels.keys()) > 0 {
		l := labels.keys()
		one.base.Low = q.translated(one.tag, p, "Labels", l[0], "Display")
		one.base.High = q.translated(one.tag, p, "Labels", l[len(l)-1], "Display")
	}
	b := &one.base
	if stars, err := strconv.Atoi(c.get("StarCount").str()); selector == "STAR" && err == nil && stars >= 2 && stars <= pointsMost {
		b.Kind, b.Look, b.Min, b.Max = survey.Rating, survey.Stars, 1, float64(stars)
		if kind := c.get("StarType").str(); kind != "" && kind != "discrete" {
			q.lose(one.tag, "foreign.validation", "kind", "half stars")
		}
	} else {
		q.between(b, c)
	}
	if len(rows) == 0 {
		rows = []item{{code: "1"}}
	}
	q.cellsOf(one, rows)
}

func (q *qualtrics) between(b *survey.Question, c node) {
	b.Kind = survey.Slider
	low, errLow := strconv.ParseFloat(c.get("CSSliderMin").str(), 64)
	high, errHigh := strconv.ParseFloat(c.get("CSSliderMax").str(), 64)
	if errLow == nil && errHigh == nil && low < high && high-low < 1e6 && low == float64(int(low)) && high == float64(int(high)) {
		b.Min, b.Max = low, high
	}
	if d, err := strconv.Atoi(c.get("NumDecimals").str()); err == nil && d > 0 && d < 3 {
		b.Step = []float64{1, 0.1, 0.01}[d]
	}
}

// cellsOf asks one question of the base's kind for each row.
func (q *qualtrics) cellsOf(one *question, rows []item) {
	if len(rows) > 1 {
		q.note(one.tag, "foreign.split", "n", len(rows))
	}
	for _, row := range rows {
		b := one.base
		b.Text = joined(b.Text, row.text)
		key := q.add(one, b, row.code)
		one.t.number[row.id] = survey.Condition{Question: key}
	}
}
