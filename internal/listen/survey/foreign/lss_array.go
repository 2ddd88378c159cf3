package foreign

import (
	"cmp"
	"strconv"

	"vigie/internal/listen/survey"
)

// array asks rows against columns.
func (l *lime) array(one *question, q *limeQuestion, kind string) {
	rows := q.subs[0]
	for i := range rows {
		rows[i].other = false
	}
	switch kind {
	case "A":
		l.matrix(one, rows, numbers(1, 5))
	case "B":
		l.matrix(one, rows, numbers(1, 10))
	case "C":
		l.matrix(one, rows, l.named(one.tag, "Y", "foreign.word_yes", "U", "foreign.word_uncertain", "N", "foreign.word_no"))
	case "E":
		l.matrix(one, rows, l.named(one.tag, "I", "foreign.word_increase", "S", "foreign.word_same", "D", "foreign.word_decrease"))
	case "F", "H":
		l.matrix(one, rows, q.answers[0])
	case "1":
		l.dual(one, q)
	case ";":
		l.cells(one, survey.Text, rows, q.subs[1])
	case ":":
		l.arrayOfNumbers(one, q)
	}
}

// named are points by LimeSurvey's own codes and words.
func (l *lime) named(tag string, codesAndWords ...string) []item {
	var out []item
	for i := 0; i+1 < len(codesAndWords); i += 2 {
		code := codesAndWords[i]
		out = append(out, item{id: code, code: code, text: l.word(tag, codesAndWords[i+1])})
	}
	return out
}

// dual is a matrix with two scales: two matrices.
func (l *lime) dual(one *question, q *limeQuestion) {
	l.note(one.tag, "foreign.split", "n", 2)
	stem := one.base.Text
	for n, header := range []string{"dualscale_headerA", "dualscale_headerB"} {
		if len(q.answers[n]) == 0 {
			continue
		}
		part := &question{tag: one.tag, base: one.base, t: newTarget()}
		part.base.Text = joined(stem, l.attribute(q, header))
		l.matrix(part, q.subs[0], q.answers[n], strconv.Itoa(n+1))
		one.join(part)
	}
}

func (l *lime) arrayOfNumbers(one *question, q *limeQuestion) {
	rows, columns := q.subs[0], q.subs[1]
	if q.set["multiflexible_checkbox"] == "1" {
		l.rowByRow(one, survey.Choices, rows, columns)
		return
	}
	if tooWide(len(rows), len(columns)) {
		return
	}
	low, errLow := strconv.Atoi(cmp.Or(q.set["multiflexible_min"], "1"))
	high, errHigh := strconv.Atoi(cmp.Or(q.set["multiflexible_max"], "10"))
	step := cmp.Or(q.set["multiflexible_step"], "1")
	if errLow == nil && errHigh == nil && low < high && high-low < pointsMost && low >= 0 && step == "1" {
		l.note(one.tag, "foreign.split", "n", len(columns))
		for _, c := range columns {
			part := &question{tag: one.tag, base: one.base, t: newTarget()}
			part.base.Text = joined(one.base.Text, c.text)
			l.matrix(part, rows, numbers(low, high), c.code)
			one.join(part)
		}
		return
	}
	l.cells(one, survey.Number, rows, columns)
}
