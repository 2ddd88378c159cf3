package web

import (
	"cmp"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/listen/intake"
	"vigie/internal/web/ui"
)

// What becomes, for a whole column, of the touchpoints that no journey has; a key is that of the one they all are.
const (
	othersCreate = "create"
	othersNone   = "none"
	othersWait   = unknownWaits
	othersMixed  = "" // said value by value
)

// strangePlaces lists the values seen of a column of touchpoints that are none of the journeys' by their own name.
func strangePlaces(s intake.Sample, c intake.Column, known map[cx.TouchpointID]bool) []string {
	var out []string
	for _, v := range s.Parts(c) {
		if !known[cx.TouchpointID(intake.Slug(v.Text))] {
			out = append(out, v.Text)
		}
	}
	return out
}

// othersOf tells what the map makes of all the strangers of a column alike.
func othersOf(c intake.Column, strangers []string) string {
	one := func(text string) string {
		to, given := c.Values[text]
		if !given {
			to, given = c.Values["*"]
		}
		switch {
		case !given:
			return othersWait
		case to == "":
			return othersNone
		case to == intake.Slug(text):
			return othersCreate
		}
		return to
	}
	said := othersWait
	for n, text := range strangers {
		switch this := one(text); {
		case n == 0:
			said = this
		case this != said:
			return othersMixed
		}
	}
	return said
}

// touchpointsAsk asks once about all the touchpoints of a column that no journey has, when there are several.
func (b *draftBuilder) touchpointsAsk(n int, c intake.Column) (unknownQuestion, bool) {
	l := b.lang()
	if c.As != "touchpoint" {
		return unknownQuestion{}, false
	}
	strangers := strangePlaces(b.i.Draft.Sample, c, b.Journeys.Known())
	if len(strangers) < 2 {
		return unknownQuestion{}, false
	}
	said := othersOf(c, strangers)
	q := unknownQuestion{About: l.T("import.places.title"), Name: fieldName(n, "others"), Samples: strings.Join(strangers[:min(len(strangers), 4)], " · "),
		Title: l.T("import.places.ask", "count", len(strangers), "column", c.Column)}
	for _, value := range []string{othersCreate, othersWait, othersNone} {
		if value == othersCreate && b.i.Draft.Sample.FactOf(c.Column).More { // not all of them were read
			continue
		}
		q.Choices = append(q.Choices, ui.Option{Value: value, Label: l.T("import.places." + value), Selected: value == said})
	}
	if known := b.touchpoints(said); len(known) > 0 {
		f := ui.Field{Name: fieldName(n, "others-to"), Label: l.T("import.places.one"), Kind: "select", Options: append([]ui.Option{{Value: "", Label: "—"}}, known...)}
		q.Field = &f
	}
	return q, true
}

// others lays a choice made for the whole column over what is said value by value; nothing when it is the one that held.
func (x correction) others(n int, c intake.Column, i *intake.Import, values map[string]string) {
	strangers := strangePlaces(i.Draft.Sample, c, x.at.Known())
	was := othersOf(c, strangers)
	to, all := x.form.Get(fieldName(n, "others-to")), x.form.Get(fieldName(n, "others"))
	switch {
	case c.As != "touchpoint" || len(strangers) < 2:
		return
	case all != "" && all != was:
	case to != "" && to != was && x.knows(to):
		all = to
	default:
		return
	}
	meaning := cmp.Or(map[string]string{othersCreate: intake.New, othersWait: intake.Wait, othersNone: "-"}[all], all)
	meaning = strings.TrimPrefix(meaning, "-")
	for _, text := range strangers {
		values[text] = meaning
	}
	if meaning == intake.New {
		meaning = intake.Wait // those that were not read
	}
	values["*"] = meaning
}

func (x correction) knows(touchpoint string) bool {
	return x.at.Known()[cx.TouchpointID(touchpoint)]
}
