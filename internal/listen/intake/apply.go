package intake

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
)

// Rows without a key of their own are told apart by their content up to this many; beyond, the map must say how.
const maxCounted = 5_000_000

// applier turns rows into feedback.
type applier struct {
	m      Map
	rules  []rule
	ids    []int // columns of the source's id
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

// read turns one row into feedback, or says everything that is wrong with it.
func (a *applier) read(row Row) (collect.Incoming, []Rejection) {
	if row.Problem != "" {
		return collect.Incoming{}, []Rejection{{Line: row.Line, Code: row.Problem, Value: shorten(strings.Join(row.Cells, a.m.Layout().Separator))}}
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
	return b.in, b.problems
}

// rowBuilder fills one Incoming.
type rowBuilder struct {
	a        *applier
	row      Row
	in       collect.Incoming
	problems []Rejection
}

func (b *rowBuilder) fail(column, code, value string, args ...any) {
	e := cx.Fail(cx.Invalid, column, code, append(args, "value", shorten(value), "column", column)...)
	b.problems = append(b.problems, Rejection{Line: b.row.Line, Column: column, Code: code, Value: shorten(value), Args: e.Args})
}

func (b *rowBuilder) extra() {
	for i := b.a.width; i < len(b.row.Cells); i++ {
		if strings.TrimSpace(b.row.Cells[i]) == "" {
			continue
		}
		if b.a.strict {
			b.fail("", "intake.cells_beyond", b.row.Cells[i], "cells", len(b.row.Cells), "columns", b.a.width)
			return
		}
		b.a.beyond++
	}
}

func (b *rowBuilder) cell(i int) string {
	if i < len(b.row.Cells) {
		return b.row.Cells[i]
	}
	return ""
}

// put gives one cell its role.
func (b *rowBuilder) put(r *rule) {
	raw := b.cell(r.at)
	text := strings.TrimSpace(raw)
	if text == "" || slices.Contains(b.a.m.Empty, text) || slices.Contains(r.Empty, text) {
		text, raw = "", ""
	}
	decimal := r.Decimal
	if meant, ok := r.mean(text); ok {
		text, raw, decimal = strings.TrimSpace(meant), meant, "." // a map writes numbers with a point
	} else if text != "" && r.As == "score" && len(r.Values) > 0 {
		if _, number := ParseNumber(text, decimal); !number {
			b.fail(r.Column.Column, "intake.value_unknown", text, "known", shortList(valueOrder(r.Values)))
			return
		}
	}
	if text == "" {
		return
	}
	switch r.As {
	case "at":
		b.date(r, text)
	case "score":
		b.score(r, text, decimal)
	case "verbatim":
		b.in.Verbatims = append(b.in.Verbatims, cx.Verbatim{Question: r.Question, Text: raw})
	case "attribute", "customer.attribute":
		b.attribute(r, text)
	default:
		b.context(r, text)
	}
}

// mean looks a cell up in the values of its column.
func (r *rule) mean(text string) (string, bool) {
	if len(r.Values) == 0 {
		return "", false
	}
	parts := []string{text}
	if r.Split != "" {
		parts = strings.Split(text, r.Split)
	}
	for _, p := range parts {
		p = strings.TrimSpace(p)
		if v, ok := r.Values[p]; ok {
			return v, true
		}
		if v, ok := r.folded[fold(p)]; ok && fold(p) != "" {
			return v, true
		}
	}
	v, ok := r.Values["*"]
	return v, ok && text != ""
}

func (b *rowBuilder) date(r *rule, text string) {
	at, ok := ParseDate(text, r.Dates, b.a.loc)
	if !ok {
		b.fail(r.Column.Column, "intake.date_unreadable", text, "formats", strings.Join(r.Dates, ", "))
		return
	}
	b.in.At = at
}

func (b *rowBuilder) score(r *rule, text, decimal string) {
	v, ok := ParseNumber(text, decimal)
	if !ok {
		b.fail(r.Column.Column, "intake.number_unreadable", text)
		return
	}
	if b.in.Scores == nil {
		b.in.Scores = collect.Scores{}
	}
	b.in.Scores[r.Key] = v
}

func (b *rowBuilder) attribute(r *rule, text string) {
	v, code := typed(r, text, b.a.loc)
	if code != "" {
		b.fail(r.Column.Column, code, text, "formats", strings.Join(r.Dates, ", "))
		return
	}
	to := &b.in.Attributes
	if r.As == "customer.attribute" {
		to = &b.customer().Attributes
	}
	if *to == nil {
		*to = map[string]any{}
	}
	(*to)[r.Key] = v
}

// typed reads the value of an attribute: string, float64 or bool; a date is its ISO text.
func typed(r *rule, text string, loc *time.Location) (any, string) {
	switch r.Type {
	case "number":
		if v, ok := ParseNumber(text, r.Decimal); ok {
			return v, ""
		}
		return nil, "intake.number_unreadable"
	case "yesno":
		if v, ok := ParseYesNo(text); ok {
			return v, ""
		}
		return nil, "intake.yesno_unreadable"
	case "date":
		t, ok := ParseDate(text, r.Dates, loc)
		if !ok {
			return nil, "intake.date_unreadable"
		}
		if h, m, s := t.Clock(); h+m+s == 0 {
			return t.Format("2006-01-02"), ""
		}
		return t.Format(time.RFC3339), ""
	}
	return text, ""
}

func (b *rowBuilder) customer() *collect.Customer {
	if b.in.Customer == nil {
		b.in.Customer = &collect.Customer{}
	}
	return b.in.Customer
}

// context fills the plain texts. Touchpoints and units are keys: words become their slug.
func (b *rowBuilder) context(r *rule, text string) {
	switch r.As {
	case "touchpoint":
		b.in.Touchpoint = Slug(text)
	case "unit":
		b.in.Unit = Slug(text)
	case "channel":
		b.in.Channel = text
	case "collected_by":
		b.in.CollectedBy = text
	case "program":
		b.in.Program = text
	case "audience":
		b.in.Audience = text
	case "agent":
		b.in.Agent = text
	case "contact":
		b.in.Contact = text
	case "survey":
		b.in.Survey = text
	case "lang":
		b.in.Lang = strings.ToLower(text)
	case "customer.ref":
		b.customer().Ref = text
	case "customer.email":
		b.customer().Email = text
	case "customer.phone":
		b.customer().Phone = text
	case "customer.name":
		b.customer().Name = text
	case "customer.status":
		b.customer().Status = text
	}
}

func (b *rowBuilder) constants() {
	c := b.a.m.Constants
	for _, f := range []struct {
		to   *string
		from string
	}{{&b.in.Program, c.Program}, {&b.in.Audience, c.Audience}, {&b.in.Touchpoint, c.Touchpoint}, {&b.in.Channel, c.Channel},
		{&b.in.CollectedBy, c.CollectedBy}, {&b.in.Unit, c.Unit}, {&b.in.Survey, c.Survey}, {&b.in.Lang, c.Lang}} {
		if *f.to == "" {
			*f.to = f.from
		}
	}
}

// key gives the row its name at the source: its own columns, or the hash of its cells. Rows with the very same cells
// are told apart by their order ("row:…-2"), so that a file read twice, or two exports that overlap, add nothing and
// two customers who gave the same answer stay two.
func (b *rowBuilder) key() {
	if len(b.a.ids) > 0 {
		parts := make([]string, len(b.a.ids))
		filled := false
		for i, col := range b.a.ids {
			parts[i] = strings.TrimSpace(b.cell(col))
			filled = filled || parts[i] != ""
		}
		if !filled {
			b.fail(strings.Join(b.a.m.SourceID, ", "), "intake.no_id", "")
		}
		b.in.SourceID = strings.Join(parts, "|")
		return
	}
	b.in.SourceID = b.a.rowKey(b.row.Cells)
	if b.in.SourceID == "" {
		b.fail("", "intake.too_many_nameless", "", "count", maxCounted)
	}
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

func (b *rowBuilder) whole() {
	if len(b.problems) > 0 {
		return
	}
	if b.in.At.IsZero() {
		b.fail(b.a.columnOf("at"), "intake.no_date", "")
	}
	if len(b.in.Scores) == 0 && len(b.in.Verbatims) == 0 {
		b.fail("", "intake.nothing_said", "")
	}
	b.nobody()
}

// nobody: without reference, e-mail or phone nobody could be recognised again; what was known of the customer stays
// with the feedback, but a name alone.
func (b *rowBuilder) nobody() {
	c := b.in.Customer
	if c == nil || c.Ref != "" || c.Email != "" || c.Phone != "" {
		return
	}
	b.in.Customer = nil
	if b.in.Attributes == nil {
		b.in.Attributes = c.Attributes
		return
	}
	for k, v := range c.Attributes {
		if _, own := b.in.Attributes[k]; !own {
			b.in.Attributes[k] = v
		}
	}
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
