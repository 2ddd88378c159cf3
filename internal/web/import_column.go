package web

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/listen/intake"
	"vigie/internal/web/ui"
)

// roleGroups are the roles of a column, as a person looks for them.
var roleGroups = [...]struct {
	id    string
	roles []string
}{
	{"voice", []string{"score", "verbatim", "at", intake.RoleID}},
	{"place", []string{"touchpoint", "channel", "unit", "agent", "contact", "collected_by", "program", "audience", "survey", "lang"}},
	{"adviser", []string{intake.RoleNote, intake.RoleRule}},
	{"customer", []string{"customer.ref", "customer.email", "customer.phone", "customer.name", "customer.status", "customer.attribute"}},
	{"rest", []string{"attribute", "ignore"}},
}

// fieldName names a field of the nth entry of the map.
func fieldName(n int, what string) string { return "c" + strconv.Itoa(n) + "-" + what }

// column draws one entry of the map with what its role asks for.
func (b *draftBuilder) column(n int, c intake.Column) columnView {
	l := b.lang()
	f := b.i.Draft.Sample.FactOf(c.Column)
	v := columnView{Index: n, Name: c.Column, Role: c.As, Ignored: c.As == "ignore"}
	if slices.Contains(b.i.Map.SourceID, c.Column) && c.As == "ignore" {
		v.Role, v.Ignored = intake.RoleID, false
	}
	if i := slices.IndexFunc(b.i.Draft.Sample.Headers, func(h intake.Header) bool { return h.Name == c.Column }); i >= 0 {
		if h := b.i.Draft.Sample.Headers[i]; h.Label != h.Name {
			v.Label = h.Label
		}
		v.Samples = b.samples(i, f)
	}
	v.Filled = l.T("import.filled", "count", f.Filled, "distinct", f.Distinct)
	for _, g := range roleGroups {
		group := roleGroup{Label: l.T("import.roles." + g.id)}
		for _, role := range g.roles {
			group.Options = append(group.Options, ui.Option{Value: role, Label: l.T("import.role." + role), Selected: role == v.Role})
		}
		v.Groups = append(v.Groups, group)
	}
	for _, note := range b.i.Draft.Notes {
		if note.Column == c.Column && !(c.As == "unit" && note.Code == "intake.note.must_exist") { // asked about apart
			v.Notes = append(v.Notes, noteText(l, note))
		}
	}
	v.Fields, v.Says = b.asks(n, c), b.says(c)
	for k := range v.Fields {
		v.Open = b.fault(&v.Fields[k]) || v.Open
	}
	b.values(&v, c, f)
	return v
}

// fault says at a field what was refused of it, and tells whether that is the case.
func (b *draftBuilder) fault(f *ui.Field) bool {
	e, ok := errors.AsType[*cx.Error](b.problem)
	if !ok || e.Field != f.Name {
		return false
	}
	f.Error = b.lang().Error(e)
	if typed, ok := e.Args["value"].(string); ok {
		f.Value = typed
	}
	return true
}

const samplesShown = 3

// samples are a few cells of a column: the most frequent, or the first.
func (b *draftBuilder) samples(column int, f intake.Fact) string {
	var out []string
	add := func(s string) {
		if s = strings.TrimSpace(s); s != "" && len(out) < samplesShown && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	if f.Distinct < f.Filled/2 {
		for _, x := range f.Values {
			add(x.Text)
		}
	}
	for _, r := range b.i.Draft.Sample.Rows {
		if column < len(r.Cells) {
			add(r.Cells[column])
		}
	}
	for i, s := range out {
		if r := []rune(s); len(r) > 60 {
			out[i] = string(r[:60]) + "…"
		}
	}
	return strings.Join(out, " · ")
}

// asks are the fields of a role.
func (b *draftBuilder) asks(n int, c intake.Column) []ui.Field {
	l := b.lang()
	switch {
	case c.As == "score":
		return b.asksMetric(n, c)
	case c.As == "at":
		return []ui.Field{{Name: fieldName(n, "dates"), Label: l.T("import.dates"), Value: strings.Join(c.Dates, ", "), Hint: l.T("import.dates.hint"), Required: true}}
	case c.As == "verbatim":
		return []ui.Field{{Name: fieldName(n, "question"), Label: l.T("import.question"), Value: c.Question, Max: 200}}
	case strings.HasSuffix(c.As, "attribute"):
		types := []ui.Option{}
		for _, t := range []string{"text", "number", "yesno", "date"} {
			types = append(types, ui.Option{Value: t, Label: l.T("import.type." + t), Selected: t == c.Type || t == "text" && c.Type == ""})
		}
		out := []ui.Field{{Name: fieldName(n, "key"), Label: l.T("import.key"), Value: c.Key, Max: 64, Required: true},
			{Name: fieldName(n, "type"), Label: l.T("import.type"), Kind: "select", Options: types, Required: true},
			{Name: fieldName(n, "personal"), Label: l.T("import.personal"), Kind: "checkbox", Checked: c.Personal}}
		if c.Type == "date" {
			out = append(out, ui.Field{Name: fieldName(n, "dates"), Label: l.T("import.dates"), Value: strings.Join(c.Dates, ", "), Required: true})
		}
		return out
	}
	return nil
}

// says is what was chosen for a column, in a line.
func (b *draftBuilder) says(c intake.Column) string {
	l := b.lang()
	switch {
	case c.As == "score":
		m, ok := b.metric(c.Key)
		if !ok {
			return c.Key
		}
		text := l.T("import.says.score", "name", m.Name, "min", m.Min, "max", m.Max)
		if m.Aspect {
			text += " · " + l.T("import.says.aspect")
		}
		if !b.declared(c.Key) {
			text += " · " + l.T("import.says.new")
		}
		return text
	case c.As == "at":
		return strings.Join(c.Dates, ", ")
	case c.As == "verbatim" && c.Question == "":
		return l.T("import.says.noquestion")
	case c.As == "verbatim":
		return l.T("import.says.question", "question", c.Question)
	case strings.HasSuffix(c.As, "attribute"):
		kind := c.Type
		if kind == "" {
			kind = "text"
		}
		return c.Key + " · " + l.T("import.type."+kind)
	}
	return ""
}

// asksMetric: one of the catalogue, or one of the column's own with its name and scale.
func (b *draftBuilder) asksMetric(n int, c intake.Column) []ui.Field {
	l := b.lang()
	var own *cx.Metric
	for i := range b.i.Map.Metrics {
		if string(b.i.Map.Metrics[i].Key) == c.Key && !b.declared(c.Key) {
			own = &b.i.Map.Metrics[i]
		}
	}
	which := ui.Field{Name: fieldName(n, "key"), Label: l.T("import.metric"), Kind: "select", Required: true,
		Options: []ui.Option{{Value: "new", Label: l.T("import.metric.new"), Selected: own != nil}}}
	for _, m := range fitting(b.Catalogue, b.i.Draft.Sample.FactOf(c.Column), c.Key) {
		which.Options = append(which.Options, ui.Option{Value: string(m.Key), Label: l.Text(m.Name) + " (" + l.Short(m.Min, 1) + "–" + l.Short(m.Max, 1) + ")", Selected: string(m.Key) == c.Key})
	}
	if own == nil {
		return []ui.Field{which}
	}
	return []ui.Field{which, {Name: fieldName(n, "name"), Label: l.T("import.metric.name"), Value: l.Text(own.Name), Required: true, Max: 100},
		{Name: fieldName(n, "min"), Label: l.T("import.metric.min"), Kind: "text", Value: strconv.FormatFloat(own.Min, 'f', -1, 64), Required: true, Max: 8},
		{Name: fieldName(n, "max"), Label: l.T("import.metric.max"), Kind: "text", Value: strconv.FormatFloat(own.Max, 'f', -1, 64), Required: true, Max: 8},
		{Name: fieldName(n, "aspect"), Label: l.T("import.metric.aspect"), Kind: "checkbox", Checked: own.Aspect}}
}

// valuesListed of a column are offered one by one.
const valuesListed = 40

// values offers what each value of a touchpoint, a unit, a channel or a rating in words means.
func (b *draftBuilder) values(v *columnView, c intake.Column, f intake.Fact) {
	l := b.lang()
	switch c.As {
	case "touchpoint", "unit", "channel", intake.RoleRule:
	case "score", intake.RoleNote:
		if f.Numeric {
			return
		}
	default:
		return
	}
	all := b.i.Draft.Sample.Parts(c)
	v.ValuesOf = l.T("import.values."+c.As, "count", len(all))
	for k, x := range all[:min(len(all), valuesListed)] {
		one := valueView{Name: fieldName(v.Index, "v"+strconv.Itoa(k)), Key: x.Text, Text: x.Text, Count: l.Int(int64(x.N))}
		to, given := c.Values[x.Text]
		switch c.As {
		case "touchpoint":
			one.Options = b.meanings(b.touchpoints(to), x.Text, to, given)
		case "unit":
			one.Options = b.unitMeanings(c, x.Text)
			if name := b.unitText(c, x.Text); name != x.Text {
				one.Text = x.Text + " · " + name
			}
		case intake.RoleRule:
			one.Options = b.ruleMeanings(x.Text, to, given)
		case "channel":
			one.Options = append([]ui.Option{{Value: "", Label: l.T("import.none"), Selected: to == ""}}, b.options("cockpit.channel.", to, cx.Channels...)...)
		default:
			f := ui.Field{Name: one.Name, Value: to}
			v.OpenValues = b.fault(&f) || v.OpenValues
			one.Value, one.Error = f.Value, f.Error
		}
		v.Values = append(v.Values, one)
	}
	if rest := f.Distinct - len(v.Values); rest > 0 && c.Split == "" {
		v.More = l.T("import.values.more."+c.As, "count", rest)
	}
}

// meanings of a touchpoint's value: known ones, a new one of its name, nothing, or to wait in quarantine.
func (b *draftBuilder) meanings(known []ui.Option, text, to string, given bool) []ui.Option {
	l := b.lang()
	chosen := slices.ContainsFunc(known, func(o ui.Option) bool { return o.Selected })
	out := []ui.Option{}
	if slug := intake.Slug(text); !slices.ContainsFunc(known, func(o ui.Option) bool { return o.Value == slug }) {
		out = append(out, ui.Option{Value: intake.New, Label: l.T("import.create", "name", text), Selected: given && to == slug && !chosen})
	}
	if j := b.i.Map.Journey; j != nil {
		for _, s := range j.Stages {
			for _, t := range s.Touchpoints {
				key := string(t.Key)
				if key != intake.Slug(text) && !slices.ContainsFunc(known, func(o ui.Option) bool { return o.Value == key }) {
					known = append(known, ui.Option{Value: key, Label: l.Text(t.Name), Selected: key == to})
				}
			}
		}
	}
	out = append(out, known...)
	if !given {
		slug := intake.Slug(text)
		for i := range out {
			out[i].Selected = out[i].Value == slug
			chosen = chosen || out[i].Selected
		}
	}
	return append(out, ui.Option{Value: "", Label: l.T("import.none"), Selected: given && to == ""},
		ui.Option{Value: intake.Wait, Label: l.T("import.wait"), Selected: !given && !chosen})
}

// unitsOffered is how many units a list still shows well; beyond, values are mapped in quarantine, by search.
const unitsOffered = 300
