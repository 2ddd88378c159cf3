package web

import (
	"strings"

	"github.com/a-h/templ"

	"vigie/internal/cx"
	"vigie/internal/listen/intake"
	"vigie/internal/web/ui"
)

// unknownQuestion asks once what becomes of the units or touchpoints of a column that nothing here knows.
type unknownQuestion struct {
	About   string // accessible name
	Name    string // of the choice
	Title   string
	Samples string
	Choices []ui.Option
	Field   *ui.Field // what goes with it: where the names of units stand, the one touchpoint all of them are; nil: nothing
}

// unknownWaits is, in a form, the choice that a map writes as "".
const unknownWaits = "wait"

// units asks about a column of units; nothing when all of its values are known.
func (b *draftBuilder) units(n int, c intake.Column) (unknownQuestion, bool) {
	l := b.lang()
	unknown := b.strangers(c)
	if c.As != "unit" || unknown == 0 {
		return unknownQuestion{}, false
	}
	q := unknownQuestion{About: l.T("import.units.title"), Name: fieldName(n, "unknown"), Title: l.T("import.units.ask", "count", unknown, "column", c.Column), Samples: b.unitSamples(c)}
	for _, x := range []struct{ value, id string }{{intake.UnknownCreate, "create"}, {unknownWaits, "wait"}, {intake.UnknownNone, "none"}} {
		q.Choices = append(q.Choices, ui.Option{Value: x.value, Label: l.T("import.units." + x.id), Selected: x.value == unknownChoice(c)})
	}
	if from := b.i.Draft.Naming.From; len(from) > 0 && c.Unknown == intake.UnknownCreate {
		f := ui.Field{Name: fieldName(n, "names"), Label: l.T("import.units.names"), Kind: "select", Required: true}
		for _, s := range from {
			f.Options = append(f.Options, ui.Option{Value: s.Column, Label: s.Column, Selected: s.Column == c.Names})
		}
		f.Options = append(f.Options, ui.Option{Value: "", Label: l.T("import.units.names.own", "column", c.Column), Selected: c.Names == ""})
		q.Field = &f
	}
	return q, true
}

func unknownChoice(c intake.Column) string {
	if c.Unknown == "" {
		return unknownWaits
	}
	return c.Unknown
}

// strangers counts the values of a column of units that stand for no unit yet, as far as they were looked at.
func (b *draftBuilder) strangers(c intake.Column) int {
	f := b.i.Draft.Sample.FactOf(c.Column)
	n := f.Distinct
	for _, v := range b.i.Draft.Sample.Parts(c) {
		to, given := c.Values[v.Text]
		if !given {
			to = intake.Slug(v.Text)
		}
		if _, known := b.Organisation.Unit(cx.UnitID(to)); known || given && to == "" {
			n--
		}
	}
	return max(n, 0)
}

// unitSamples shows a few units as they would be called.
func (b *draftBuilder) unitSamples(c intake.Column) string {
	var out []string
	for _, v := range b.i.Draft.Sample.Parts(c) {
		if _, known := b.Organisation.Unit(cx.UnitID(intake.Slug(v.Text))); !known && len(out) < 4 {
			out = append(out, b.unitText(c, v.Text))
		}
	}
	return strings.Join(out, " · ")
}

// unitText is a value of a column of units with the name that another column gives it.
func (b *draftBuilder) unitText(c intake.Column, cell string) string {
	if name := b.i.Draft.Naming.Name(c.Names, cell); name != "" && name != cell {
		return name
	}
	return cell
}

// unitName names a unit that is known, or that the import makes.
func (b *draftBuilder) unitName(key string) string {
	if _, known := b.Organisation.Unit(cx.UnitID(key)); known {
		return b.Organisation.Name(cx.UnitID(key), b.lang().Tag())
	}
	for _, c := range b.i.Map.Columns {
		if c.As != "unit" {
			continue
		}
		for _, s := range b.i.Draft.Naming.From {
			for cell, name := range s.Names {
				if s.Column == c.Names && intake.Slug(cell) == key {
					return name
				}
			}
		}
	}
	return key
}

// unitMeanings of one value: what the whole column does of the unknown, a known unit, nothing.
func (b *draftBuilder) unitMeanings(c intake.Column, text string) []ui.Option {
	l := b.lang()
	to, given := c.Values[text]
	slug := intake.Slug(text)
	var out []ui.Option
	if u, known := b.Organisation.Unit(cx.UnitID(slug)); known {
		out = append(out, ui.Option{Value: slug, Label: b.Organisation.Name(u.Key, l.Tag()), Selected: !given || to == slug})
	} else {
		_, created := b.i.Draft.Units[slug]
		name := b.unitText(c, text)
		as := l.T("import.wait")
		switch c.Unknown {
		case intake.UnknownCreate:
			as = l.T("import.create", "name", name)
		case intake.UnknownNone:
			as = l.T("import.none.unit")
		}
		out = append(out, ui.Option{Value: intake.Wait, Label: as, Selected: !given})
		if c.Unknown != intake.UnknownCreate {
			out = append(out, ui.Option{Value: intake.New, Label: l.T("import.create", "name", name), Selected: created && to == slug})
		}
	}
	if c.Unknown != intake.UnknownNone || given && to == "" {
		out = append(out, ui.Option{Value: "", Label: l.T("import.none.unit"), Selected: given && to == ""})
	}
	units := b.Organisation.Units()
	if len(units) > unitsOffered {
		if given && to != slug && to != "" {
			out = append(out, ui.Option{Value: to, Label: b.Organisation.Name(cx.UnitID(to), l.Tag()), Selected: true})
		}
		return out
	}
	for _, u := range units {
		if key := string(u.Key); key != slug {
			out = append(out, ui.Option{Value: key, Label: b.Organisation.Name(u.Key, l.Tag()), Selected: given && to == key})
		}
	}
	return out
}

// describedBy ties a value that was refused to the word that says why.
func describedBy(v valueView) templ.Attributes {
	if v.Error == "" {
		return nil
	}
	return templ.Attributes{"aria-invalid": "true", "aria-describedby": "f-" + v.Name + "-err"}
}
