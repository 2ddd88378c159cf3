package web

import (
	"slices"
	"strconv"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/lang"
	"vigie/internal/listen/intake"
	"vigie/internal/web/ui"
)

// layout says how the file is written.
func (b *draftBuilder) layout() []ui.Field {
	l, m := b.lang(), b.i.Map
	var out []ui.Field
	if b.i.Draft.Sample.Kind == intake.Text {
		var encodings []ui.Option
		for _, e := range intake.Encodings {
			encodings = append(encodings, ui.Option{Value: e, Label: e, Selected: e == m.Encoding})
		}
		separators := []ui.Option{}
		for _, x := range []struct{ value, id string }{{",", "comma"}, {";", "semicolon"}, {"\t", "tab"}, {"|", "bar"}} {
			separators = append(separators, ui.Option{Value: x.value, Label: l.T("import.separator." + x.id), Selected: x.value == m.Layout().Separator})
		}
		out = append(out, ui.Field{Name: "encoding", Label: l.T("import.encoding"), Kind: "select", Options: encodings, Required: true},
			ui.Field{Name: "separator", Label: l.T("import.separator"), Kind: "select", Options: separators, Required: true})
	} else {
		out = append(out, ui.Field{Name: "sheet", Label: l.T("import.sheet"), Value: m.Sheet, Hint: l.T("import.sheet.hint")})
	}
	heads := []ui.Option{}
	for n := range 4 {
		heads = append(heads, ui.Option{Value: strconv.Itoa(n), Label: strconv.Itoa(n), Selected: n == m.HeaderRows})
	}
	marks := []ui.Option{{Value: ".", Label: l.T("import.decimal.point"), Selected: m.Decimal != ","}, {Value: ",", Label: l.T("import.decimal.comma"), Selected: m.Decimal == ","}}
	return append(out, ui.Field{Name: "header_rows", Label: l.T("import.header_rows"), Kind: "select", Options: heads, Required: true},
		ui.Field{Name: "skip", Label: l.T("import.skip"), Kind: "number", Value: strconv.Itoa(m.Skip), Required: true},
		ui.Field{Name: "decimal", Label: l.T("import.decimal"), Kind: "select", Options: marks, Required: true})
}

// noteText is a note of the guess as a page says it: the map's own words speak of its YAML.
func noteText(l lang.Lang, n intake.Note) string {
	if id := "import." + strings.TrimPrefix(n.Code, "intake."); l.Has(id) {
		return l.T(id, n.Args...)
	}
	return n.Say(l)
}

// about asks which touchpoint the rows speak of, when no column says.
func (b *draftBuilder) about() []ui.Field {
	l, m := b.lang(), b.i.Map
	if b.has("touchpoint") {
		return nil
	}
	one := ui.Field{Name: "touchpoint", Label: l.T("import.touchpoint"), Kind: "select", Required: true, Options: []ui.Option{{Value: "", Label: l.T("import.touchpoint.none")}}}
	one.Options = append(one.Options, b.touchpoints(m.Constants.Touchpoint)...)
	fresh := b.i.Draft.Touchpoint
	one.Options = append(one.Options, ui.Option{Value: intake.New, Label: l.T("import.touchpoint.new"), Selected: fresh != "" && m.Constants.Touchpoint == intake.Slug(fresh)})
	if fresh == "" {
		return []ui.Field{one}
	}
	return []ui.Field{one, {Name: "touchpoint_name", Label: l.T("import.touchpoint.name"), Value: fresh, Max: 100, Required: true, Hint: l.T("import.touchpoint.name.hint")}}
}

// context says what holds for all rows.
func (b *draftBuilder) context() []ui.Field {
	l, m := b.lang(), b.i.Map
	fields := []ui.Field{{Name: "source", Label: l.T("import.source"), Value: m.Source, Required: true, Max: 100, Hint: l.T("import.source.hint")}}
	programs := []ui.Option{{Value: "", Label: l.T("import.program.auto"), Selected: m.Constants.Program == ""}}
	for _, x := range cx.Programs() {
		programs = append(programs, ui.Option{Value: string(x), Label: l.T("verbatim.program." + string(x)), Selected: string(x) == m.Constants.Program})
	}
	fields = append(fields, ui.Field{Name: "program", Label: l.T("import.program"), Kind: "select", Options: programs, Required: true, Hint: l.T("import.program.hint")})
	if !b.has("channel") {
		channels := append([]ui.Option{{Value: "", Label: l.T("import.none")}}, b.options("cockpit.channel.", m.Constants.Channel, cx.Channels...)...)
		fields = append(fields, ui.Field{Name: "channel", Label: l.T("import.channel"), Kind: "select", Options: channels, Required: true})
	}
	if !b.has("collected_by") {
		fields = append(fields, ui.Field{Name: "collected_by", Label: l.T("import.collected_by"), Kind: "select", Required: true,
			Options: b.options("cockpit.collected.", m.Constants.CollectedBy, cx.Collections...)})
	}
	if !b.has("at") {
		fields = append(fields, ui.Field{Name: "at", Label: l.T("import.at"), Kind: "date", Value: m.Constants.At, Hint: l.T("import.at.hint")})
	}
	return fields
}

func (b *draftBuilder) has(role string) bool {
	return slices.ContainsFunc(b.i.Map.Columns, func(c intake.Column) bool { return c.As == role })
}

func (b *draftBuilder) touchpoints(chosen string) []ui.Option {
	var out []ui.Option
	for _, x := range b.Journeys.Touchpoints() {
		key := string(x.Touchpoint.Key)
		out = append(out, ui.Option{Value: key, Label: b.lang().Text(x.Touchpoint.Name), Selected: key == chosen})
	}
	return out
}
