package intake

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/internal/listen/collect"
)

// Rows without a key of their own are told apart by their content up to this many; beyond, the map must say how.
const maxCounted = 5_000_000

// applier turns rows into feedback.
type applier struct {
	m      Map
	rules  []rule
	ids    []int // columns of the source's id
	notes  []int // columns of an adviser's note and its rule
	width  int
	strict bool // a cell beyond the header shows a row cut wrong
	loc    *time.Location
	at     time.Time // Constants.At
	counts map[uint64]uint32
	beyond int
}

type rule struct {
	Column
	at     int
	folded map[string]string
}

func newApplier(f *File, m Map, headers []Header, zone *time.Location) (*applier, error) {
	a := &applier{m: m, width: len(headers), strict: f.Kind == Text, loc: zone, counts: map[uint64]uint32{}}
	if m.Timezone != "" || a.loc == nil {
		loc, err := time.LoadLocation(m.Timezone)
		if err != nil {
			return nil, badMap("timezone", "intake.timezone_unknown", "value", m.Timezone)
		}
		a.loc = loc
	}
	a.at, _ = ParseDate(m.Constants.At, []string{"iso"}, a.loc)
	rules, err := rulesOf(m, headers)
	if err != nil {
		return nil, err
	}
	a.rules = rules
	for _, r := range rules {
		if r.As == RoleNote || r.As == RoleRule {
			a.notes = append(a.notes, r.at)
		}
	}
	for _, name := range m.SourceID {
		i := slices.IndexFunc(headers, func(h Header) bool { return h.Name == name })
		if i < 0 {
			return nil, absent(name, headers)
		}
		a.ids = append(a.ids, i)
	}
	return a, nil
}

func rulesOf(m Map, headers []Header) ([]rule, error) {
	place := map[string]int{}
	for i, h := range headers {
		place[h.Name] = i
	}
	var out []rule
	for _, c := range m.Columns {
		i, ok := place[c.Column]
		if !ok {
			return nil, absent(c.Column, headers)
		}
		if c.As == "ignore" {
			continue
		}
		if _, there := place[c.Names]; c.Names != "" && !there {
			return nil, absent(c.Names, headers)
		}
		if c.Dates == nil {
			c.Dates = m.Dates
		}
		if len(c.Dates) == 0 {
			c.Dates = []string{"iso"}
		}
		if c.Decimal == "" {
			c.Decimal = m.Decimal
		}
		r := rule{Column: c, at: i, folded: map[string]string{}}
		for k, v := range c.Values {
			r.folded[fold(k)] = v
		}
		out = append(out, r)
	}
	return out, nil
}

func absent(name string, headers []Header) error {
	names := make([]string, len(headers))
	for i, h := range headers {
		names[i] = h.Name
	}
	return badMap(name, "intake.column_absent", "known", shortList(names))
}

func shortList(names []string) string {
	if len(names) > 12 {
		return strings.Join(names[:12], ", ") + "…"
	}
	return strings.Join(names, ", ")
}

// reading is what one row says.
type reading struct {
	in    collect.Incoming
	heard bool // in says something
	noted noted
	wrong []Rejection // with the whole row
}

// read turns one row into feedback, its adviser's note or both, or says everything that is wrong with it.
func (a *applier) read(row Row) reading {
	if row.Problem != "" {
		return reading{wrong: []Rejection{{Line: row.Line, Code: row.Problem, Value: shorten(strings.Join(row.Cells, a.m.Layout().Separator))}}}
	}
	b := &rowBuilder{a: a, row: row}
	b.extra()
	b.in = collect.Incoming{Source: a.m.Source, At: a.at}
	for i := range a.rules {
		b.put(&a.rules[i])
	}
	b.constants()
	b.key()
	b.whole()
	return reading{b.in, b.heard(), b.noted, b.problems}
}

func (a *applier) rowKey(cells []string) string {
	for len(cells) > 0 && cells[len(cells)-1] == "" {
		cells = cells[:len(cells)-1]
	}
	h := sha256.New()
	for _, c := range cells {
		h.Write(strconv.AppendInt(nil, int64(len(c)), 10))
		h.Write([]byte{':'})
		h.Write([]byte(c))
	}
	sum := h.Sum(nil)
	key := "row:" + hex.EncodeToString(sum[:16])
	if a.m.Identical == "same" {
		return key
	}
	short := binary.BigEndian.Uint64(sum)
	if _, known := a.counts[short]; !known && len(a.counts) >= maxCounted {
		return ""
	}
	a.counts[short]++
	if n := a.counts[short]; n > 1 {
		key += "-" + strconv.FormatUint(uint64(n), 10)
	}
	return key
}

// behind names the column of a field that the door refused, with what stood there in the row; "verbatims[1].text" is
// the second column that says something.
func (a *applier) behind(field string, row Row) (column, value string) {
	column = a.columnOf(field)
	nth, said := 0, 0
	if rest, ok := strings.CutPrefix(field, "verbatims["); ok {
		index, _, _ := strings.Cut(rest, "]")
		nth, _ = strconv.Atoi(index)
	}
	for _, r := range a.rules {
		if r.at >= len(row.Cells) {
			continue
		}
		cell := shorten(row.Cells[r.at])
		switch {
		case r.As == "verbatim" && strings.HasPrefix(field, "verbatims["):
			if cell != "" && said == nth {
				return r.Column.Column, cell
			}
			if cell != "" {
				said++
			}
		case r.Column.Column == column:
			value = cell
		}
	}
	if column == "" {
		column = field
	}
	return column, value
}

// columnOf finds the column behind a field of the feedback ("scores.nps", "customer.email").
func (a *applier) columnOf(field string) string {
	area, key, _ := strings.Cut(field, ".")
	for _, r := range a.rules {
		switch {
		case r.As == field,
			field == "value" && r.As == RoleNote,
			field == "rule" && r.As == RoleRule,
			field == "customer" && slices.Contains([]string{"customer.ref", "customer.email", "customer.phone"}, r.As),
			area == "scores" && r.As == "score" && r.Key == key,
			area == "attributes" && r.As == "attribute" && r.Key == key,
			strings.HasPrefix(field, "customer.attributes.") && r.As == "customer.attribute" && "customer.attributes."+r.Key == field,
			strings.HasPrefix(area, "verbatim") && r.As == "verbatim":
			return r.Column.Column
		}
	}
	if field == "source_id" {
		return strings.Join(a.m.SourceID, ", ")
	}
	return ""
}
