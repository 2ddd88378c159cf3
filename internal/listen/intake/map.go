package intake

import (
	"slices"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/journey"
)

// Map says how the columns of a file become feedback, or units. Its YAML is what `vigie import` prints and takes;
// docs/import.md describes it. Unknown keys are refused.
type Map struct {
	Kind       string `yaml:"kind,omitempty"`      // "feedback" (also "") or "units"
	Encoding   string `yaml:"encoding,omitempty"`  // one of Encodings; "": utf-8
	Separator  string `yaml:"separator,omitempty"` // one character, "\t" for tab
	Quotes     string `yaml:"quotes,omitempty"`    // "none": quotes are characters like others
	HeaderRows int    `yaml:"header_rows"`         // 0 to 3
	Skip       int    `yaml:"skip,omitempty"`      // rows before the header, empty ones not counted
	Sheet      string `yaml:"sheet,omitempty"`     // of a workbook; "": the first filled

	Decimal  string   `yaml:"decimal,omitempty"`  // "." (also "") or ","
	Dates    []string `yaml:"dates,omitempty"`    // tried in this order, see ParseDate
	Timezone string   `yaml:"timezone,omitempty"` // of dates that name none; "": the organisation's
	Empty    []string `yaml:"empty,omitempty"`    // cells that mean "nothing" ("N/A")

	Source   string   `yaml:"source,omitempty"`
	SourceID []string `yaml:"source_id,omitempty"` // columns that name a row; none: the hash of the row (see rowKey)
	// Identical rows, where no column names them: "several" (also "") counts each as an answer, "same" as one.
	Identical string    `yaml:"identical,omitempty"`
	Constants Constants `yaml:"constants,omitempty"`

	Columns []Column    `yaml:"columns"`
	Metrics []cx.Metric `yaml:"metrics,omitempty"` // to declare before the import
	// Indicators to declare after the metrics: the figures that pages show of them.
	Indicators []cx.Indicator   `yaml:"indicators,omitempty"`
	Journey    *journey.Journey `yaml:"journey,omitempty"` // to create before the import
}

// Constants hold for every row whose own cell says nothing.
type Constants struct {
	At          string `yaml:"at,omitempty"` // a date, when no column says when
	Program     string `yaml:"program,omitempty"`
	Audience    string `yaml:"audience,omitempty"`
	Touchpoint  string `yaml:"touchpoint,omitempty"`
	Channel     string `yaml:"channel,omitempty"`
	CollectedBy string `yaml:"collected_by,omitempty"`
	Unit        string `yaml:"unit,omitempty"`
	Survey      string `yaml:"survey,omitempty"`
	Lang        string `yaml:"lang,omitempty"`
}

// Column gives one role to one column; a column may be listed several times.
type Column struct {
	Column   string `yaml:"column"`             // name in the header; #3 is the third when it has none
	As       string `yaml:"as"`                 // one of Roles or UnitRoles
	Key      string `yaml:"key,omitempty"`      // of the metric or attribute
	Question string `yaml:"question,omitempty"` // verbatim: what was asked
	Type     string `yaml:"type,omitempty"`     // attribute: text (also ""), number, yesno or date
	Personal bool   `yaml:"personal,omitempty"` // attribute: names or describes one person
	// Values: cell → what it means ("Positif: 3", "Téléphone: phone"); "*" for all others, "" for nothing.
	Values map[string]string `yaml:"values,omitempty"`
	// Unknown: what becomes of units that nothing knows: "" waits in quarantine, or UnknownCreate or UnknownNone. Names is the
	// column beside that names those made.
	Unknown string   `yaml:"unknown,omitempty"`
	Names   string   `yaml:"names,omitempty"`
	Split   string   `yaml:"split,omitempty"` // several values in a cell: the first that Values knows counts
	Dates   []string `yaml:"dates,omitempty"`
	Decimal string   `yaml:"decimal,omitempty"`
	Empty   []string `yaml:"empty,omitempty"`
}

// Roles of a column of feedback, in the order they are explained; UnitRoles of a column of units.
var (
	Roles = []string{"at", "score", "verbatim", "touchpoint", "channel", "collected_by", "program", "audience", "unit", "agent",
		"contact", RoleNote, RoleRule, "survey", "lang", "customer.ref", "customer.email", "customer.phone", "customer.name", "customer.status",
		"attribute", "customer.attribute", "ignore"}
	UnitRoles = []string{"key", "name", "parent", "level", "external", "ignore"}
)

const (
	kindFeedback = "feedback"
	kindUnits    = "units"
)

// Layout gives the part of the map that tells how to cut the file.
func (m Map) Layout() Layout {
	sep := m.Separator
	if sep == "" {
		sep = ","
	}
	return Layout{Encoding: m.Encoding, Separator: sep, Quotes: m.Quotes, HeaderRows: m.HeaderRows, Skip: m.Skip, Sheet: m.Sheet}
}

// Check finds what is wrong in the map itself, whatever the file.
func (m Map) Check() error {
	if err := m.checkFile(); err != nil {
		return err
	}
	roles := Roles
	if m.Kind == kindUnits {
		roles = UnitRoles
	}
	seen := map[string]bool{}
	for _, c := range m.Columns {
		if err := c.check(roles); err != nil {
			return err
		}
		if seen[c.As] && !slices.Contains([]string{"score", "verbatim", "attribute", "customer.attribute", "ignore"}, c.As) {
			return badMap(c.Column, "intake.map_role_twice", "role", c.As)
		}
		seen[c.As] = true
	}
	if m.Kind == kindUnits {
		return m.checkUnits(seen)
	}
	if err := m.checkDeclared(); err != nil {
		return err
	}
	return m.checkFeedback(seen)
}

// checkDeclared asks the metrics and the journey what is wrong with them.
func (m Map) checkDeclared() error {
	for _, x := range m.Metrics {
		if wrong := x.Check(); len(wrong) > 0 {
			wrong[0].Field = "metrics." + string(x.Key) + "." + wrong[0].Field
			return wrong[0]
		}
	}
	if m.Journey == nil {
		return nil
	}
	return m.Journey.Check()
}

func badMap(field, code string, args ...any) error {
	e := cx.Fail(cx.Invalid, field, code, args...)
	if field != "" && e.Args["column"] == nil {
		if e.Args == nil {
			e.Args = map[string]any{}
		}
		e.Args["column"] = field
	}
	return e
}

func (m Map) checkFile() error {
	if _, ok := encodingNamed(m.Encoding); !ok {
		return badMap("encoding", "intake.encoding_unknown", "value", m.Encoding, "known", strings.Join(Encodings, ", "))
	}
	switch {
	case m.Kind != "" && m.Kind != kindFeedback && m.Kind != kindUnits:
		return badMap("kind", "intake.map_value", "field", "kind", "value", m.Kind, "known", "feedback, units")
	case m.Separator != "" && !validSeparator(m.Separator):
		return badMap("separator", "intake.separator_bad", "value", m.Separator)
	case m.Quotes != "" && m.Quotes != "none":
		return badMap("quotes", "intake.map_value", "field", "quotes", "value", m.Quotes, "known", "none")
	case m.HeaderRows < 0 || m.HeaderRows > 3:
		return badMap("header_rows", "intake.map_value", "field", "header_rows", "value", m.HeaderRows, "known", "0, 1, 2, 3")
	case m.Skip < 0:
		return badMap("skip", "intake.map_value", "field", "skip", "value", m.Skip, "known", "0, 1, 2…")
	case m.Decimal != "" && m.Decimal != "." && m.Decimal != ",":
		return badMap("decimal", "intake.map_value", "field", "decimal", "value", m.Decimal, "known", "\".\" \",\"")
	case m.Identical != "" && m.Identical != "several" && m.Identical != "same":
		return badMap("identical", "intake.map_value", "field", "identical", "value", m.Identical, "known", "several, same")
	}
	if _, err := time.LoadLocation(m.Timezone); err != nil {
		return badMap("timezone", "intake.timezone_unknown", "value", m.Timezone)
	}
	return checkDates("dates", m.Dates)
}

// CheckDates reads formats of dates as a page takes them, one comma between; what is none is refused, at the field.
func CheckDates(field, formats string) error { return checkDates(field, splitList(formats)) }

func checkDates(field string, formats []string) error {
	for _, f := range formats {
		if !validDateFormat(f) {
			return badMap(field, "intake.date_format_bad", "value", f)
		}
	}
	return nil
}

func (c Column) check(roles []string) error {
	switch {
	case c.Column == "":
		return badMap("columns", "intake.map_column_missing")
	case !slices.Contains(roles, c.As):
		return badMap(c.Column, "intake.map_role_unknown", "role", c.As, "known", strings.Join(roles, ", "))
	case (c.As == "score" || strings.HasSuffix(c.As, "attribute")) && !cx.ValidKey(c.Key):
		return badMap(c.Column, "intake.map_key_bad", "value", c.Key)
	case c.Type != "" && !slices.Contains([]string{"text", "number", "yesno", "date"}, c.Type):
		return badMap(c.Column, "intake.map_value", "field", "type", "value", c.Type, "known", "text, number, yesno, date")
	case c.Decimal != "" && c.Decimal != "." && c.Decimal != ",":
		return badMap(c.Column, "intake.map_value", "field", "decimal", "value", c.Decimal, "known", "\".\" \",\"")
	}
	if c.As == "score" {
		for from, to := range c.Values {
			if _, ok := ParseNumber(to, "."); !ok && to != "" {
				return badMap(c.Column, "intake.map_score_value", "value", from, "meaning", to)
			}
		}
	}
	if err := c.checkUnknown(); err != nil {
		return err
	}
	if err := c.checkNote(); err != nil {
		return err
	}
	return checkDates(c.Column, c.Dates)
}

func (m Map) checkFeedback(has map[string]bool) error {
	switch {
	case m.Source == "":
		return badMap("source", "intake.map_no_source")
	case !has["at"] && m.Constants.At == "":
		return badMap("", "intake.map_no_date")
	case !has["score"] && !has["verbatim"] && !has[RoleNote]:
		return badMap("", "intake.map_no_voice")
	}
	if err := m.checkNotes(); err != nil {
		return err
	}
	if m.Constants.At != "" {
		if _, ok := ParseDate(m.Constants.At, []string{"iso"}, time.UTC); !ok {
			return badMap("constants.at", "intake.date_unreadable", "value", m.Constants.At)
		}
	}
	return nil
}

func (m Map) checkUnits(has map[string]bool) error {
	if !has["key"] || !has["name"] {
		return badMap("", "intake.map_no_unit")
	}
	return nil
}
