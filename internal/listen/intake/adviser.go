package intake

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"slices"

	"vigie/internal/cx"
	"vigie/internal/listen/note"
)

// Roles of the columns in which a CRM keeps what its adviser noted of the answer they had to give, and the part that a rule
// had in it. A note is no feedback: a row may hold one, the other or both.
const (
	RoleNote = "adviser.note"
	RoleRule = "adviser.rule"
)

// Noted tells whether the map takes advisers' notes.
func (m Map) Noted() bool { return m.has(RoleNote) }

// Ruled tells whether the file says what part a rule had.
func (m Map) Ruled() bool { return m.has(RoleRule) }

func (m Map) has(role string) bool {
	return slices.ContainsFunc(m.Columns, func(c Column) bool { return c.As == role })
}

// checkNotes refuses a map of which no note could be taken: one belongs to an adviser, and is tied to a contact.
func (m Map) checkNotes() error {
	switch {
	case !m.Noted() && m.Ruled():
		return badMap("", "intake.map_rule_alone")
	case !m.Noted() || m.Kind == kindUnits:
		return nil
	case !m.has("agent"):
		return badMap("", "intake.map_note_agent")
	case m.has("contact"):
		return nil
	}
	named := m.has("customer.ref") || m.has("customer.email") || m.has("customer.phone")
	if !named || !m.has("touchpoint") && m.Constants.Touchpoint == "" {
		return badMap("", "intake.map_note_untied")
	}
	return nil
}

// checkNote refuses values that mean nothing in a column of notes or rules.
func (c Column) checkNote() error {
	for from, to := range c.Values {
		switch c.As {
		case RoleNote:
			if _, ok := noteValue(to, "."); !ok && to != "" {
				return badMap(c.Column, "intake.map_score_value", "value", from, "meaning", to)
			}
		case RoleRule:
			if _, ok := ParseRule(to); !ok {
				return badMap(c.Column, "intake.map_value", "field", "values", "value", to, "known", string(note.Followed)+", "+string(note.Imposed)+", \"\"")
			}
		}
	}
	return nil
}

// noteValue reads a note: a whole number from note.Least to note.Most.
func noteValue(text, decimal string) (int, bool) {
	v, ok := ParseNumber(text, decimal)
	return int(v), ok && v == math.Trunc(v) && v >= note.Least && v <= note.Most
}

// ParseRule reads the part that a rule had, in French or English; nothing is no rule.
func ParseRule(s string) (r note.Rule, ok bool) {
	switch w := fold(s); w {
	case "", "aucune", "aucun", "aucune regle", "aucune regle en cause", "pas de regle", "sans regle", "sans", "neant", "non", "none", "no", "no rule", "without":
		return note.NoRule, true
	case "respectee", "respecte", "regle respectee", "suivie", "suivi", "regle suivie", "appliquee", "applique", "regle appliquee",
		"followed", "respected", "applied", "rule followed", "rule respected", "rule applied":
		return note.Followed, true
	case "imposee", "impose", "regle imposee", "imposee par la regle", "imposee par une regle", "imposee par regle", "subie", "contrainte", "contraint",
		"imposed", "rule imposed", "imposed by rule", "imposed by the rule", "imposed by a rule", "forced":
		return note.Imposed, true
	}
	return note.NoRule, false
}

// noted is what a row says as its adviser's note.
type noted struct {
	sent  *note.Sent  // nil: nothing, or what is wrong
	wrong []Rejection // of the note alone
}

func (n noted) some() bool { return n.sent != nil || len(n.wrong) > 0 }

// adviser reads a cell of a note or of its rule. What is wrong there is wrong with the note, not with what the customer said.
func (b *rowBuilder) adviser(r *rule, text, decimal string) {
	if r.As == RoleRule {
		part, ok := ParseRule(text)
		if !ok {
			b.noteFail(r.Column.Column, "intake.rule_unknown", text)
		}
		b.part = part
		return
	}
	v, ok := noteValue(text, decimal)
	if !ok {
		b.noteFail(r.Column.Column, "intake.note_value", text, "min", note.Least, "max", note.Most)
	}
	b.noteAt, b.value = r.Column.Column, v
}

func (b *rowBuilder) noteFail(column, code, value string, args ...any) {
	kept := b.problems
	b.problems = nil
	b.fail(column, code, value, args...)
	b.noted.wrong, b.problems = append(b.noted.wrong, b.problems...), kept
}

// note makes the note of the row, once all its cells are read. A part of a rule with nothing noted is told; "none", which
// tools write by themselves, is not.
func (b *rowBuilder) note() {
	if b.noteAt == "" && b.part != note.NoRule {
		b.noteFail(b.a.columnOf(RoleRule), "intake.rule_without_note", string(b.part))
	}
	if b.noteAt == "" || len(b.noted.wrong) > 0 {
		if b.noteAt == "" && b.part == note.NoRule {
			b.noted.wrong = nil // a word nobody knows beside no note
		}
		return
	}
	in := &b.in
	b.noted.sent = &note.Sent{At: in.At, Contact: in.Contact, Customer: in.Customer, Touchpoint: cx.TouchpointID(in.Touchpoint), Unit: cx.UnitID(in.Unit),
		Agent: in.Agent, Value: b.value, Rule: b.part}
	if in.Contact == "" && len(b.a.ids) > 0 {
		sum := sha256.Sum256([]byte(in.Source + "\x00" + in.SourceID))
		b.noted.sent.ID = "file:" + hex.EncodeToString(sum[:16])
	}
}

// apart gives a row's cells without those of notes: what an adviser notes later makes no other feedback of it.
func (a *applier) apart(cells []string) []string {
	if len(a.notes) == 0 {
		return cells
	}
	cells = slices.Clone(cells)
	for _, at := range a.notes {
		if at < len(cells) {
			cells[at] = ""
		}
	}
	return cells
}
