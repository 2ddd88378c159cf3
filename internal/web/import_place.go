package web

import (
	"strings"

	"vigie/internal/listen/intake"
	"vigie/internal/web/ui"
)

// places asks where new touchpoints go, and says what the import creates.
func (b *draftBuilder) places() {
	l := b.lang()
	var fresh, measures []string
	if j := b.i.Map.Journey; j != nil {
		for _, s := range j.Stages {
			for _, t := range s.Touchpoints {
				if !b.Journeys.Known()[t.Key] {
					fresh = append(fresh, l.Text(t.Name))
				}
			}
		}
	}
	for _, m := range b.i.Map.Metrics {
		if !b.declared(string(m.Key)) {
			measures = append(measures, l.Text(m.Name))
		}
	}
	var said []string
	for _, x := range []struct {
		id    string
		names []string
	}{{"import.creates.touchpoints", fresh}, {"import.creates.metrics", measures}} {
		if len(x.names) > 0 {
			said = append(said, l.T(x.id, "count", len(x.names), "names", shortNames(x.names)))
		}
	}
	if n := b.madeUnits(); n > 0 {
		said = append(said, l.T("import.creates.units", "count", n))
	}
	b.p.Creates = strings.Join(said, " ")
	if len(fresh) > 0 && b.i.Draft.Given == nil {
		b.p.About = append(b.p.About, b.place()...)
	}
}

// madeUnits counts those that the import makes, as far as the rows were looked at.
func (b *draftBuilder) madeUnits() int {
	n := len(b.i.Draft.Units)
	for _, c := range b.i.Map.Columns {
		if c.As == "unit" && c.Unknown == intake.UnknownCreate {
			n = b.strangers(c)
		}
	}
	return n
}

func (b *draftBuilder) place() []ui.Field {
	l, at := b.lang(), b.i.Draft.Place
	where := ui.Field{Name: "place", Label: l.T("import.place"), Kind: "select", Required: true}
	for _, j := range b.Journeys.List {
		for _, s := range j.Stages {
			where.Options = append(where.Options, ui.Option{Value: string(j.Key) + "/" + string(s.Key), Label: l.Text(j.Name) + " › " + l.Text(s.Name),
				Selected: j.Key == at.Journey && s.Key == at.Stage})
		}
	}
	where.Options = append(where.Options, ui.Option{Value: "", Label: l.T("import.place.new"), Selected: at.Journey == ""})
	if at.Journey != "" {
		return []ui.Field{where}
	}
	name := at.Name
	if name == "" {
		name = l.T("import.journey")
	}
	return []ui.Field{where, {Name: "place_name", Label: l.T("import.place.name"), Value: name, Max: 100, Required: true}}
}

func shortNames(names []string) string {
	const most = 6
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:most], ", ") + "…"
}
