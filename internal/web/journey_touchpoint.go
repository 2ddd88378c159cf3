package web

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"vigie/internal/api"
	"vigie/internal/cx"
	"vigie/internal/listen/journey"
	"vigie/internal/web/ui"
)

// touchpointEditPage is the form of one touchpoint.
type touchpointEditPage struct {
	*journeyRoom
	frame    ui.Frame
	Key      cx.TouchpointID
	Sections []formSection
	Channels []ui.Option
	Targets  []targetRow
	Promises []promiseRow
	Refused  *refusedEdit
	Live     string // the touchpoint's page
	Said     string // temporary, in words
	Others   []elsewhere
}

// formSection is a titled part of a form. Name says which, for what is drawn by hand in it.
type formSection struct {
	Name, Title, Note string
	Fields            []ui.Field
}

// targetRow is the objective and the threshold of one indicator here.
type targetRow struct {
	N                                              int
	Indicator, Objective, Threshold                string
	IndicatorError, ObjectiveError, ThresholdError string
	Options                                        []ui.Option
}

// promiseRow is one promise as it is typed.
type promiseRow struct {
	N                                         int
	French, English, Indicator, Objective     string
	Public                                    bool
	TextError, IndicatorError, ObjectiveError string
	Options                                   []ui.Option
}

// spare rows are there to add one without JavaScript.
const spare = 1

func (s *Server) newTouchpointEditPage(x *journeyRoom, key cx.TouchpointID) (*touchpointEditPage, error) {
	stage, n, err := x.journey().Find(key)
	if err != nil {
		return nil, err
	}
	t := &x.journey().Stages[stage].Touchpoints[n]
	l := x.lang()
	p := &touchpointEditPage{journeyRoom: x, frame: x.under(l.Text(t.Name)), Key: key, Live: x.touchpointAddress(key, ""), Said: x.temporary(t), Others: x.elsewhere()}
	p.frame.Sub = l.T("journey.touchpoint.sub", "key", string(key))
	p.fill(t, x.journey().Stages[stage].Key)
	return p, nil
}

// fill builds the form of a touchpoint.
func (p *touchpointEditPage) fill(t *journey.Touchpoint, stage cx.StageID) {
	l := p.lang()
	name := textPair(l, "name", l.T("journey.field.name"), t.Name, "")
	name[0].Required = true
	p.Sections = []formSection{
		{Name: "what", Title: l.T("journey.section.what"), Fields: append(name,
			ui.Field{Name: "stage", Label: l.T("journey.field.stage"), Kind: "select", Required: true, Options: p.stageOptions(stage)},
			ui.Field{Name: "owner", Label: l.T("journey.field.owner"), Value: t.Owner, Max: 200, Hint: l.T("journey.owner.hint")},
			ui.Field{Name: "moment_of_truth", Label: l.T("journey.field.moment_of_truth"), Kind: "checkbox", Checked: t.MomentOfTruth, Hint: l.T("journey.moment.hint")},
			ui.Field{Name: "transactional", Label: l.T("journey.field.transactional"), Kind: "checkbox", Checked: t.Transactional, Hint: l.T("journey.transactional.hint")})},
		{Name: "who", Title: l.T("journey.section.who"), Note: l.T("journey.lines"), Fields: []ui.Field{
			p.lines("services", t.Services), p.lines("indirect", t.Indirect), p.lines("systems", t.Systems), p.lines("partners", t.Partners), p.lines("personas", t.Personas)}},
		{Name: "when", Title: l.T("journey.section.when"), Note: l.T("journey.when.note"), Fields: []ui.Field{
			{Name: "from", Label: l.T("journey.field.from"), Kind: "date", Value: t.From},
			{Name: "until", Label: l.T("journey.field.until"), Kind: "date", Value: t.Until, Hint: l.T("journey.until.hint")}}},
		{Name: "measure", Title: l.T("journey.section.measure"), Note: l.T("journey.measure.note"), Fields: []ui.Field{
			{Name: "lead", Label: l.T("journey.field.lead"), Kind: "select", Options: p.indicatorOptions(t.Lead, l.T("journey.lead.usual", "name", p.indicatorShort(journey.DefaultLead)))}}},
		{Name: "promises", Title: l.T("journey.section.promises"), Note: l.T("journey.promises.note")},
		{Name: "map", Title: l.T("journey.section.map"), Note: l.T("journey.map.note"), Fields: p.mapFields(t)},
	}
	p.Channels = nil
	for _, c := range cx.Channels {
		p.Channels = append(p.Channels, ui.Option{Value: c, Label: p.channelName(c), Selected: slices.Contains(t.Channels, c)})
	}
	p.fillTargets(t)
	p.fillPromises(t)
}

func (p *touchpointEditPage) lines(name string, values []string) ui.Field {
	return ui.Field{Name: name, Label: p.lang().T("journey.field." + name), Kind: "textarea", Value: strings.Join(values, "\n"), Max: 2000}
}

func (p *touchpointEditPage) mapFields(t *journey.Touchpoint) []ui.Field {
	l := p.lang()
	mood := ui.Field{Name: "mood", Label: l.T("journey.field.mood"), Kind: "select", Options: []ui.Option{{Label: l.T("journey.mood.none"), Selected: t.Mood == nil}}}
	for m := journey.MoodHigh; m >= journey.MoodLow; m-- {
		mood.Options = append(mood.Options, ui.Option{Value: strconv.Itoa(m), Label: p.moodWords(m), Selected: t.Mood != nil && *t.Mood == m})
	}
	out := textPair(l, "expectation", l.T("journey.field.expectation"), t.Expectation, "textarea")
	for _, x := range []struct {
		name string
		text cx.Text
	}{{"feelings", t.Feelings}, {"pains", t.Pains}, {"processes", t.Processes}} {
		out = append(out, textPair(l, x.name, l.T("journey.field."+x.name), x.text, "textarea")...)
	}
	return append(out, mood)
}

// indicatorOptions lists the indicators; none is what no choice means.
func (g *ground) indicatorOptions(chosen cx.IndicatorID, none string) []ui.Option {
	out := []ui.Option{{Label: none, Selected: chosen == ""}}
	known := false
	for _, i := range g.Catalogue.IndicatorList {
		known = known || i.Key == chosen
		out = append(out, ui.Option{Value: string(i.Key), Label: g.lang().Text(i.Name), Selected: i.Key == chosen})
	}
	if chosen != "" && !known {
		out = append(out, ui.Option{Value: string(chosen), Label: string(chosen), Selected: true})
	}
	return out
}

func (p *touchpointEditPage) fillTargets(t *journey.Touchpoint) {
	p.Targets = nil
	keys := map[cx.IndicatorID]bool{t.LeadIndicator(): true}
	for k := range t.Objectives {
		keys[k] = true
	}
	for k := range t.Thresholds {
		keys[k] = true
	}
	for _, i := range p.Catalogue.IndicatorList {
		if keys[i.Key] {
			p.addTarget(t, i.Key)
			delete(keys, i.Key)
		}
	}
	for k := range keys { // what the viewer's catalogue does not show stays
		p.addTarget(t, k)
	}
	for range spare {
		p.addTarget(t, "")
	}
}

func (p *touchpointEditPage) addTarget(t *journey.Touchpoint, key cx.IndicatorID) {
	value := func(m map[cx.IndicatorID]float64) string {
		if v, ok := m[key]; ok && key != "" {
			return writtenNumber(p.lang(), &v)
		}
		return ""
	}
	p.Targets = append(p.Targets, targetRow{N: len(p.Targets), Indicator: string(key), Objective: value(t.Objectives), Threshold: value(t.Thresholds)})
	p.Targets[len(p.Targets)-1].Options = p.indicatorOptions(key, p.lang().T("journey.choose"))
}

func (p *touchpointEditPage) fillPromises(t *journey.Touchpoint) {
	p.Promises = nil
	for _, x := range t.Promises {
		p.Promises = append(p.Promises, promiseRow{N: len(p.Promises), French: x.Text["fr"], English: x.Text["en"], Indicator: string(x.Indicator),
			Objective: writtenNumber(p.lang(), x.Objective), Public: x.Public, Options: p.indicatorOptions(x.Indicator, p.lang().T("journey.unmeasured"))})
	}
	for range spare {
		p.Promises = append(p.Promises, promiseRow{N: len(p.Promises), Options: p.indicatorOptions("", p.lang().T("journey.unmeasured"))})
	}
}

func (s *Server) serveTouchpointEdit(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, err := s.journeyRoom(r, v)
	if err != nil {
		return err
	}
	p, err := s.newTouchpointEditPage(x, cx.TouchpointID(r.PathValue("touchpoint")))
	if err != nil {
		return err
	}
	return s.render(w, r, touchpointEditView(p))
}

// doTouchpoint keeps the form of a touchpoint. "more" only adds empty rows.
func (s *Server) doTouchpoint(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, err := s.formRoom(w, r, v)
	if err != nil {
		return err
	}
	p, err := s.newTouchpointEditPage(x, cx.TouchpointID(r.PathValue("touchpoint")))
	if err != nil {
		return err
	}
	if r.PostForm.Get("do") == "more" {
		p.retype(r, nil)
		p.addTarget(&journey.Touchpoint{}, "")
		p.Promises = append(p.Promises, promiseRow{N: len(p.Promises), Options: p.indicatorOptions("", x.lang().T("journey.unmeasured"))})
		return s.render(w, r, touchpointEditView(p))
	}
	if err := s.saveTouchpoint(r, x, p.Key); err != nil {
		return s.refuseTouchpoint(w, r, p, err)
	}
	s.toast(r, v.Lang.T("journey.touchpoint.saved", "name", x.touchpointName(p.Key)))
	http.Redirect(w, r, x.at("edit")+fragment(string(p.Key)), http.StatusSeeOther)
	return nil
}

func (s *Server) saveTouchpoint(r *http.Request, x *journeyRoom, key cx.TouchpointID) error {
	return s.change(r, x, "", func(j *journey.Journey) error {
		stage, n, err := j.Find(key)
		if err != nil {
			return err
		}
		t := &j.Stages[stage].Touchpoints[n]
		if err := typeTouchpoint(r, t); err != nil {
			return err
		}
		if to := cx.StageID(r.PostForm.Get("stage")); to != "" && to != j.Stages[stage].Key {
			return j.MoveTouchpoint(key, to, 1<<20)
		}
		return nil
	})
}

// typeTouchpoint reads the form over a touchpoint.
func typeTouchpoint(r *http.Request, t *journey.Touchpoint) error {
	f := r.PostForm
	t.Name, t.MomentOfTruth, t.Transactional = typedText(f, "name", t.Name), f.Get("moment_of_truth") != "", f.Get("transactional") != ""
	t.Owner = strings.TrimSpace(f.Get("owner"))
	t.Services, t.Indirect, t.Systems = typedLines(f.Get("services")), typedLines(f.Get("indirect")), typedLines(f.Get("systems"))
	t.Partners, t.Personas = typedLines(f.Get("partners")), typedLines(f.Get("personas"))
	t.Channels, t.From, t.Until = inOrder(t.Channels, f["channels"]), strings.TrimSpace(f.Get("from")), strings.TrimSpace(f.Get("until"))
	t.Lead = cx.IndicatorID(f.Get("lead"))
	t.Expectation, t.Processes = typedText(f, "expectation", t.Expectation), typedText(f, "processes", t.Processes)
	t.Feelings, t.Pains, t.Mood = typedText(f, "feelings", t.Feelings), typedText(f, "pains", t.Pains), nil
	if m, err := strconv.Atoi(f.Get("mood")); err == nil {
		t.Mood = &m
	}
	var c collector
	t.Objectives, t.Thresholds = c.targets(f)
	t.Promises = c.promises(f)
	return c.err()
}

// inOrder gives what is chosen, what was there before first and as it stood: a form sent back untouched changes nothing.
func inOrder(before, chosen []string) []string {
	gone := func(x string) bool { return !slices.Contains(chosen, x) }
	known := func(x string) bool { return slices.Contains(before, x) }
	out := slices.DeleteFunc(slices.Clone(before), gone)
	return append(out, slices.DeleteFunc(slices.Clone(chosen), known)...)
}

func (s *Server) refuseTouchpoint(w http.ResponseWriter, r *http.Request, p *touchpointEditPage, err error) error {
	l, mine := p.problems(err)
	if !mine {
		return err
	}
	for n := range l {
		l[n] = p.ownProblem(l[n])
	}
	p.Refused = &refusedEdit{Problems: l, Conflict: cx.KindOf(err) == cx.Conflict}
	if from, e := base(r); e == nil && p.Refused.Conflict {
		if p.Refused.Since, e = s.since(r.Context(), p.journeyRoom, from); e != nil && cx.KindOf(e) != cx.NotFound {
			return e
		}
	}
	p.retype(r, l)
	return s.renderAs(w, r, api.Status(cx.KindOf(err)), touchpointEditView(p))
}

// ownProblem names a problem of this touchpoint by the field of the form; others say where they are.
func (p *touchpointEditPage) ownProblem(x problem) problem {
	stage, n, err := p.journey().Find(p.Key)
	if err != nil {
		return x
	}
	own := fmt.Sprintf("stages[%d].touchpoints[%d].", stage, n)
	field, ok := strings.CutPrefix(x.Field, own)
	if !ok && strings.HasPrefix(x.Field, "stages[") {
		x.Where = p.where(x.Field)
		return x
	}
	x.Field = field
	name, _, _ := strings.Cut(field, ".")
	name, _, _ = strings.Cut(name, "[")
	if id := "journey.field." + name; p.lang().Has(id) {
		x.Where = p.lang().T(id)
	}
	return x
}

// retype gives the form back as it was typed, with what is wrong beside each field.
func (p *touchpointEditPage) retype(r *http.Request, problems []problem) {
	f := r.PostForm
	for n := range p.Sections {
		p.Sections[n].Fields = retyped(p.Sections[n].Fields, r, problems)
	}
	for n := range p.Channels {
		p.Channels[n].Selected = slices.Contains(f["channels"], p.Channels[n].Value)
	}
	at := func(field string) string {
		for _, x := range problems {
			if x.Field == field {
				return x.Text
			}
		}
		return ""
	}
	p.Targets = nil
	for n := range rows(f, "target_indicator") {
		key := f["target_indicator"][n]
		p.Targets = append(p.Targets, targetRow{N: n, Indicator: key, Objective: nth(f["target_objective"], n), Threshold: nth(f["target_threshold"], n),
			ObjectiveError: at("objectives." + key), ThresholdError: at("thresholds." + key), IndicatorError: at(fmt.Sprintf("targets[%d]", n)),
			Options: p.indicatorOptions(cx.IndicatorID(key), p.lang().T("journey.choose"))})
	}
	p.Promises = nil
	for n, kept := 0, 0; n < rows(f, "promise_fr"); n++ {
		in := fmt.Sprintf("promises[%d].", kept)
		row := promiseRow{N: n, French: f["promise_fr"][n], English: nth(f["promise_en"], n), Indicator: nth(f["promise_indicator"], n),
			Objective: nth(f["promise_objective"], n), Public: f.Get("promise_public_"+strconv.Itoa(n)) != "",
			Options: p.indicatorOptions(cx.IndicatorID(nth(f["promise_indicator"], n)), p.lang().T("journey.unmeasured"))}
		if !emptyPromise(f, n) {
			row.TextError, row.IndicatorError, row.ObjectiveError = at(in+"text"), at(in+"indicator"), at(in+"objective")
			kept++
		}
		p.Promises = append(p.Promises, row)
	}
}
