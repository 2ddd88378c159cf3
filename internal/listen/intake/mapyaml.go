package intake

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"

	"vigie/internal/cx"
	"vigie/internal/lang"
)

// ReadMap reads the YAML of a map and checks it; errors name the line and what is wrong there.
func ReadMap(r io.Reader) (Map, error) {
	b, err := io.ReadAll(io.LimitReader(r, 4<<20))
	if err != nil {
		return Map{}, err
	}
	m, err := parseMap(b)
	if err != nil {
		return Map{}, err
	}
	return m, m.Check()
}

func parseMap(b []byte) (Map, error) {
	m := Map{HeaderRows: 1}
	err := yaml.NewDecoder(bytes.NewReader(b), yaml.Strict()).Decode(&m)
	if err == nil {
		return m, nil
	}
	if errors.Is(err, io.EOF) {
		return Map{}, cx.Fail(cx.Invalid, "", "intake.map_empty")
	}
	line, word := 0, ""
	e, ok := errors.AsType[yaml.Error](err)
	if ok && e.GetToken() != nil {
		line, word = e.GetToken().Position.Line, e.GetToken().Value
	}
	if _, unknown := errors.AsType[*yaml.UnknownFieldError](err); unknown {
		return Map{}, cx.Fail(cx.Invalid, word, "intake.map_unknown_key", "line", line, "key", word)
	}
	reason := err.Error()
	if ok {
		reason = e.GetMessage()
	}
	return Map{}, cx.Fail(cx.Invalid, "", "intake.map_unreadable", "line", line, "reason", reason)
}

// YAML prints the map for a person to edit, with comments in their language; notes are set beside what they speak of.
func (m Map) YAML(l lang.Lang, notes []Note) []byte {
	p := &printer{l: l, notes: notes}
	p.note("")
	p.head(m)
	p.comment("intake.map.columns", "roles", strings.Join(Roles, ", "))
	if len(m.Columns) == 0 {
		p.line(0, "columns: []")
	} else {
		p.line(0, "columns:")
	}
	for _, c := range m.Columns {
		p.column(c)
	}
	if len(m.Metrics) > 0 {
		p.comment("intake.map.metrics")
		p.block("metrics", m.Metrics)
	}
	if len(m.Indicators) > 0 {
		p.comment("intake.map.indicators")
		p.block("indicators", m.Indicators)
	}
	if m.Journey != nil {
		p.comment("intake.map.journey")
		p.block("journey", m.Journey)
	}
	return p.b.Bytes()
}

type printer struct {
	b     bytes.Buffer
	l     lang.Lang
	notes []Note
}

func (p *printer) line(indent int, text string) {
	p.b.WriteString(strings.Repeat("  ", indent) + text + "\n")
}

func (p *printer) comment(id string, args ...any) {
	for _, s := range strings.Split(p.l.T(id, args...), "\n") {
		p.line(0, "# "+s)
	}
}

// note prints the notes on a column (or on the file, for "").
func (p *printer) note(column string) {
	for _, n := range p.notes {
		if n.Column == column {
			p.line(0, strings.TrimRight("# ! "+strings.Join(strings.Fields(n.Say(p.l)), " "), " "))
		}
	}
}

func (p *printer) field(indent int, key, value string) {
	if value != "" {
		p.line(indent, key+": "+scalar(value))
	}
}

func (p *printer) list(indent int, key string, values []string) {
	if len(values) > 0 {
		p.line(indent, key+": "+flow(values))
	}
}

func flow(values []string) string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = scalar(v)
	}
	return "[" + strings.Join(out, ", ") + "]"
}

func (p *printer) head(m Map) {
	p.comment("intake.map.file")
	p.field(0, "kind", m.Kind)
	p.field(0, "encoding", m.Encoding)
	p.field(0, "separator", m.Separator)
	p.field(0, "quotes", m.Quotes)
	p.line(0, "header_rows: "+strconv.Itoa(m.HeaderRows))
	if m.Skip > 0 {
		p.line(0, "skip: "+strconv.Itoa(m.Skip))
	}
	p.field(0, "sheet", m.Sheet)
	p.comment("intake.map.values")
	p.field(0, "decimal", m.Decimal)
	p.list(0, "dates", m.Dates)
	p.field(0, "timezone", m.Timezone)
	p.list(0, "empty", m.Empty)
	if m.Kind == kindUnits {
		return
	}
	p.comment("intake.map.source")
	p.field(0, "source", m.Source)
	p.comment("intake.map.source_id")
	p.line(0, "source_id: "+flow(m.SourceID))
	p.field(0, "identical", m.Identical)
	p.constants(m.Constants)
}

func (p *printer) constants(c Constants) {
	if c == (Constants{}) {
		return
	}
	p.comment("intake.map.constants")
	p.line(0, "constants:")
	for _, f := range []struct{ key, value string }{{"at", c.At}, {"program", c.Program}, {"audience", c.Audience}, {"touchpoint", c.Touchpoint},
		{"channel", c.Channel}, {"collected_by", c.CollectedBy}, {"unit", c.Unit}, {"survey", c.Survey}, {"lang", c.Lang}} {
		p.field(1, f.key, f.value)
	}
}

func (p *printer) column(c Column) {
	p.note(c.Column)
	p.line(1, "- column: "+scalar(c.Column))
	p.field(2, "as", c.As)
	p.field(2, "key", c.Key)
	p.field(2, "question", c.Question)
	p.field(2, "type", c.Type)
	if c.Personal {
		p.line(2, "personal: true")
	}
	p.field(2, "unknown", c.Unknown)
	p.field(2, "names", c.Names)
	p.field(2, "split", c.Split)
	p.list(2, "dates", c.Dates)
	p.field(2, "decimal", c.Decimal)
	p.list(2, "empty", c.Empty)
	if len(c.Values) == 0 {
		return
	}
	p.line(2, "values:")
	for _, k := range valueOrder(c.Values) {
		p.line(3, scalar(k)+": "+scalar(c.Values[k]))
	}
}

// valueOrder puts the values of a scale in its order, others by name, "*" last.
func valueOrder(values map[string]string) []string {
	keys := make([]string, 0, len(values))
	for k := range values {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int {
		x, okX := ParseNumber(values[a], ".")
		y, okY := ParseNumber(values[b], ".")
		switch {
		case (a == "*") != (b == "*"):
			if a == "*" {
				return 1
			}
			return -1
		case okX != okY:
			if okX {
				return -1
			}
			return 1
		case okX && okY && x < y:
			return -1
		case okX && okY && x > y:
			return 1
		}
		return strings.Compare(a, b)
	})
	return keys
}

// block prints what has a YAML of its own.
func (p *printer) block(key string, v any) {
	b, err := yaml.MarshalWithOptions(map[string]any{key: v}, yaml.Indent(2), yaml.IndentSequence(true))
	if err != nil {
		b = fmt.Appendf(nil, "# %v\n", err)
	}
	b = wholeFloat.ReplaceAll(b, []byte("$1$2"))
	p.b.Write(noStep.ReplaceAll(b, nil))
}

var (
	wholeFloat = regexp.MustCompile(`(?m)(: |- )(-?[0-9]+)\.0$`)
	noStep     = regexp.MustCompile(`(?m)^ *step: 0\n`)
)

var plainScalar = regexp.MustCompile(`^[\p{L}][\p{L}\p{N}_./+-]*( [\p{L}\p{N}_./+-]+)*$`)

// scalar writes a text so that YAML reads back the same text.
func scalar(s string) string {
	if plainScalar.MatchString(s) {
		switch strings.ToLower(s) {
		case "true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf":
		default:
			return s
		}
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && strconv.FormatInt(n, 10) == s {
		return s // a whole number, read back as its text
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string always encodes
	return strings.TrimSpace(b.String())
}

// Note is something a person should know or decide about a guess.
type Note struct {
	Column string // "" for the whole file
	Code   string
	Args   []any
}

// Say renders the note.
func (n Note) Say(l lang.Lang) string { return l.T(n.Code, n.Args...) }
