package intake

import (
	"slices"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/note"
)

// rowBuilder fills one Incoming.
type rowBuilder struct {
	a        *applier
	row      Row
	in       collect.Incoming
	problems []Rejection
	// Of the adviser: the column and value of the note, the part of a rule, and what comes of them.
	noteAt string
	value  int
	part   note.Rule
	noted  noted
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
	case RoleNote, RoleRule:
		b.adviser(r, text, decimal)
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
	b.in.SourceID = b.a.rowKey(b.a.apart(b.row.Cells))
	if b.in.SourceID == "" {
		b.fail("", "intake.too_many_nameless", "", "count", maxCounted)
	}
}

func (b *rowBuilder) whole() {
	if len(b.problems) > 0 {
		return
	}
	if b.in.At.IsZero() {
		b.fail(b.a.columnOf("at"), "intake.no_date", "")
	}
	b.nobody()
	b.note()
	if !b.heard() && !b.noted.some() {
		b.fail("", "intake.nothing_said", "")
	}
}

// heard tells whether a customer said something.
func (b *rowBuilder) heard() bool { return len(b.in.Scores) > 0 || len(b.in.Verbatims) > 0 }

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
