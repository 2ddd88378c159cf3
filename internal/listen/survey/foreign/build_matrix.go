package foreign

import (
	"strconv"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/listen/survey"
)

// cellsMost bounds what rows and columns make together; a question of more is told and left out.
const cellsMost = 20_000

func tooWide(rows, columns int) bool { return rows*max(columns, 1) > cellsMost }

// matrix asks for one point of a scale for each row. Points that say there is no answer are left out of the scale: the
// row stays empty.
func (r *reader) matrix(q *question, rows, points []item, part ...string) {
	kept := r.scored(q, points)
	switch {
	case len(rows) == 0 || len(kept) == 0:
		r.lone(q, rows, part...)
	case len(kept) == 1:
		r.ticked(q, rows, kept[0], part...)
	case len(kept) > pointsMost || len(rows) > rowsMost:
		r.rowByRow(q, survey.Dropdown, rows, points, part...)
	default:
		r.grid(q, rows, kept, part...)
	}
	for _, row := range rows {
		if row.other {
			r.rowWords(q, row, part...)
		}
	}
}

// scored keeps the points of a scale that are an answer.
func (r *reader) scored(q *question, points []item) []item {
	var kept []item
	for _, p := range points {
		if !p.absent {
			kept = append(kept, p)
		}
	}
	if len(kept) < 2 {
		return points
	}
	for _, p := range points {
		if p.absent {
			r.note(q.tag, "foreign.no_basis", "point", shown(p.text.In(r.language())))
			if q.base.Need == survey.Required {
				q.base.Need = survey.Soft
			}
		}
	}
	return kept
}

// grid is a matrix proper. Points are numbered as their codes when these follow one another, from 1 otherwise.
func (r *reader) grid(q *question, rows, points []item, part ...string) {
	one := q.base
	one.Kind, one.Choices = survey.Matrix, nil
	first, asCoded := codes(points)
	if !asCoded {
		var l []string
		for i, p := range points {
			l = append(l, p.code+" → "+strconv.Itoa(i+1))
		}
		r.note(q.tag, "foreign.renumbered", "codes", strings.Join(l, ", "))
	}
	one.Min, one.Max = float64(first), float64(first+len(points)-1)
	if low, _, ok := numbered(points); !ok || low != first || points[0].text.In("") != strconv.Itoa(first) {
		for _, p := range points {
			one.Points = append(one.Points, orCode(p, r.language()))
		}
	}
	one.Rows = r.rows(rows)
	key := r.add(q, one, part...)
	for i, row := range rows {
		if asCoded {
			q.t.number[rowed(part, row.id)] = survey.Condition{Question: key, Row: one.Rows[i].Key}
		}
		for n, p := range points {
			v := float64(first + n)
			q.t.taken[rowed(part, row.id+"/"+p.id)] = survey.Condition{Question: key, Row: one.Rows[i].Key, From: &v, To: &v}
		}
	}
}

func orCode(p item, lang string) cx.Text {
	if blank(p.text) {
		return cx.Text{lang: p.code}
	}
	return p.text
}

// codes gives the first code of points that are numbers one after the other.
func codes(points []item) (first int, following bool) {
	for i, p := range points {
		n, err := strconv.Atoi(strings.TrimSpace(p.code))
		if i == 0 && err == nil && n >= 0 && n < 1000 {
			first = n
		}
		if err != nil || n != first+i || n > 1000 {
			return 1, false
		}
	}
	return first, true
}

func (r *reader) rows(rows []item) []survey.Row {
	var l []survey.Row
	taken := map[string]bool{}
	for i, row := range rows {
		key := keyOf(row.code)
		if key == "" {
			key = "r" + strconv.Itoa(i+1)
		}
		l = append(l, survey.Row{Key: free(key, taken), Text: orCode(row, r.language())})
	}
	return l
}

// ticked is a matrix of one column: rows to tick.
func (r *reader) ticked(q *question, rows []item, point item, part ...string) {
	r.note(q.tag, "foreign.one_column", "point", shown(point.text.In(r.language())))
	one := *q
	one.base.Text = joined(one.base.Text, point.text)
	one.out = nil
	var plain []item
	for _, row := range rows {
		row.other, row.absent = false, false
		plain = append(plain, row)
	}
	r.list(&one, survey.Choices, plain, part...)
	q.out = append(q.out, one.out...)
	for _, row := range rows {
		if c, ok := q.t.taken[rowed(part, row.id)]; ok {
			q.t.taken[rowed(part, row.id+"/"+point.id)] = c
		}
	}
}

// rowByRow asks each row in a question of its own.
func (r *reader) rowByRow(q *question, kind survey.Kind, rows, points []item, part ...string) {
	if len(points) == 1 {
		r.ticked(q, rows, points[0], part...)
		return
	}
	if tooWide(len(rows), len(points)) {
		return
	}
	r.note(q.tag, "foreign.split", "n", len(rows))
	for _, row := range rows {
		one := question{tag: q.tag, base: q.base, t: newTarget()}
		one.base.Text = joined(q.base.Text, row.text)
		r.list(&one, kind, points, append(append([]string{}, part...), row.code)...)
		q.join(&one)
		for id, c := range one.t.taken {
			at := strings.TrimPrefix(id, rowed(part, row.code)+"/")
			q.t.taken[rowed(part, row.id+"/"+at)] = c
		}
	}
}

// join takes the questions of another into this one.
func (q *question) join(one *question) {
	q.out = append(q.out, one.out...)
	q.t.keys = append(q.t.keys, one.t.keys...)
	if q.t.key == "" {
		q.t.key = one.t.key
	}
}

// cells asks something of each row and column.
func (r *reader) cells(q *question, kind survey.Kind, rows, columns []item, part ...string) {
	if tooWide(len(rows), len(columns)) {
		return
	}
	r.note(q.tag, "foreign.split", "n", len(rows)*max(len(columns), 1))
	if len(columns) == 0 {
		columns = []item{{}}
	}
	for _, row := range rows {
		for _, c := range columns {
			one := q.base
			one.Kind, one.Text = kind, joined(joined(q.base.Text, row.text), c.text)
			at := append(append([]string{}, part...), row.code)
			if c.code != "" {
				at = append(at, c.code)
			}
			key := r.add(q, one, at...)
			if kind != survey.Text {
				q.t.number[strings.Join(at, "/")] = survey.Condition{Question: key}
			}
		}
	}
}

// rowWords asks for the words of a row that lets the person write.
func (r *reader) rowWords(q *question, row item, part ...string) {
	words := survey.Question{Kind: survey.Text, Text: joined(q.base.Text, row.text)}
	r.add(q, words, append(append([]string{}, part...), row.code, "text")...)
	r.note(q.tag, "foreign.specify", "choice", shown(row.text.In(r.language())))
}
