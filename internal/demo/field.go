package demo

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/hook"
	"vigie/internal/listen/response"
	"vigie/internal/listen/survey"
	"vigie/internal/listen/tally"
)

// waved touchpoints are those the employees were asked about in the last wave, in the month before this one.
var waved = []string{"technician", "call", "moving"}

const waveEach = 7 // answers of a region at a touchpoint: above the floor

// fieldActs is what employees answer, what advisers count and what is written on sites, each on its day.
func (s *Story) fieldActs(day func(int) time.Time) []act {
	var l []act
	month := day(0).AddDate(0, 0, 1-day(0).Day())
	for n := range 5 {
		l = append(l, act{month.AddDate(0, 0, n-20).Add(15 * time.Hour), func(a *asker) error { return a.wave(n) }})
	}
	for back := 41; back > 0; back-- {
		l = append(l, act{day(-back).Add(17 * time.Hour), func(a *asker) error { return a.count(back) }})
	}
	for back := 85; back > 0; back -= 4 {
		l = append(l, act{day(-back).Add(20 * time.Hour), func(a *asker) error { return a.review(back) }})
	}
	return l
}

// wave takes the answers of one region's employees.
func (a *asker) wave(nth int) error {
	t := a.t
	t.openDay(int(a.at.Sub(t.anchor).Hours() / 24))
	t.r = a.s.rand("wave", strconv.Itoa(nth))
	for _, key := range waved {
		p := &a.s.points[slices.IndexFunc(a.s.points, func(p point) bool { return p.key == key })]
		for n := range waveEach {
			place := t.placeIn(nth)
			in := t.employeeAt(p, place, a.at)
			service, means := in.Scores["service_given"], in.Scores["work_ease"]
			said := response.Said{Answers: map[survey.QuestionID]survey.Answer{"service": {Number: &service}, "means": {Number: &means}}, Passed: []survey.QuestionID{"words"}}
			if in.Verbatim != "" {
				said.Answers["words"], said.Passed = survey.Answer{Text: in.Verbatim}, nil
			}
			token, err := a.h.Responses.OnceToken(a.ctx, "field-voice", mark(key, strconv.Itoa(nth), strconv.Itoa(n)))
			if err != nil {
				return err
			}
			o := response.Opening{Survey: "field-voice", Language: "fr", CollectedBy: "web", Touchpoint: key, Unit: t.unit(place)}
			if err := a.h.Responses.OpenAs(a.ctx, token, o); err != nil {
				return err
			}
			if _, err := a.h.Responses.Answer(a.ctx, token, said); err != nil {
				return err
			}
		}
	}
	return nil
}

// mark names something of the story, the same each time: 32 hexadecimal digits.
func mark(words ...string) string {
	h := sha256.New()
	for _, w := range words {
		fmt.Fprintf(h, "%d:%s", len(w), w)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// reasons of contact, and how often each is counted in a day.
var reasons = []struct {
	name  string
	daily float64
}{{"Rendez-vous du technicien", 2.6}, {"Facture pas comprise", 2.2}, {"Panne internet", 1.7}, {"Déménagement", 0.9}, {"Changer d’offre", 0.8}, {"Geste commercial promis", 0.5}, {"Autre", 0.4}}

// count is what advisers of two agencies counted in a day: one reason grows since the installer changed.
func (a *asker) count(back int) error {
	if back == 41 {
		names := make([]string, len(reasons))
		for i, r := range reasons {
			names[i] = r.name
		}
		if err := a.h.Tally.SetReasons(a.ctx, names); err != nil {
			return err
		}
	}
	r := a.s.rand("tally", strconv.Itoa(back))
	date := a.day(-back)
	for _, unit := range []cx.UnitID{"nantes", "lyon"} {
		for i, x := range reasons {
			mean := x.daily * weekdays[date.Weekday()]
			if i == 0 && back < 36 {
				mean *= 1 + float64(36-back)/30
			}
			for n := range int(mean + r.Float64()) {
				tap := tally.Tap{ID: mark("tap", string(unit), x.name, strconv.Itoa(back), strconv.Itoa(n)), Reason: cx.KeyOf(x.name), Unit: unit, Day: date.Format(time.DateOnly)}
				if err := a.h.Tally.Tap(a.ctx, tap, a.at.In(a.s.zone)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// review is one that a webhook brought from a review site.
func (a *asker) review(back int) error {
	t := a.t
	t.openDay(-back)
	t.r = a.s.rand("review", strconv.Itoa(back))
	m := &moment{p: &a.s.points[slices.IndexFunc(a.s.points, func(p point) bool { return p.key == "agency" })], at: a.at, lang: "fr", place: t.r.IntN(len(a.s.places))}
	stars := float64([]int{5, 1, 4, 5, 2, 5, 3}[t.r.IntN(7)])
	m.tone = content
	if stars <= 2 {
		m.tone = unhappy
	} else if stars == 3 {
		m.tone = mixed
	}
	in, err := hook.Review{Site: "avis-agences", ID: "demo-" + strconv.Itoa(back), At: a.at, Stars: &stars, Text: t.write.verbatim(m), Lang: "fr", Touchpoint: "agency", Unit: t.unit(m.place), Channel: "store"}.Incoming()
	if err != nil {
		return err
	}
	_, err = hook.Enter(a.ctx, a.h.Door, in)
	return err
}
