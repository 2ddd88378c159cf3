package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/internal/api"
	"vigie/internal/cx"
	"vigie/internal/listen/journey"
	"vigie/internal/web/ui"
)

// journeyEditPage is the board: stages as columns, touchpoints as cards.
type journeyEditPage struct {
	*journeyRoom
	frame  ui.Frame
	Lanes  []lane
	Fields []ui.Field // of the journey itself
	Others []elsewhere
	// Last is what the present version changed, with the version before it to go back to (0: none).
	Last     changesView
	Previous int64
	// Refused is what could not be done.
	Refused *refusedEdit
}

// refusedEdit is a form sent back: what is wrong, and what was typed.
type refusedEdit struct {
	Action, Do, Key string
	Problems        []problem
	Conflict        bool
	Since           changesView // of others, when in conflict
	Typed           func(name string) string
}

// lane is one stage.
type lane struct {
	Key         string
	Name        string
	French      string
	English     string
	First, Last bool
	Cards       []editCard
}

// editCard is one touchpoint on the board.
type editCard struct {
	Key, Name, Href, Note string
	Tags                  []ui.Tag
	First, Last           bool
	NoLeft, NoRight       bool
}

func (s *Server) newJourneyEditPage(ctx context.Context, x *journeyRoom) (*journeyEditPage, error) {
	l, j := x.lang(), x.journey()
	p := &journeyEditPage{journeyRoom: x, frame: x.page(l.Text(j.Name))}
	p.frame.Sub = l.T("journey.edit.sub", "count", len(touchpointsOf(j)))
	for n := range j.Stages {
		p.Lanes = append(p.Lanes, x.lane(n))
	}
	p.Fields, p.Others = x.journeyFields(), x.elsewhere()
	versions, err := s.Journeys.Versions(ctx, journey.VersionFilter{Key: j.Key, Limit: 2})
	if err != nil {
		return nil, err
	}
	p.Last = changesView{By: s.who(ctx, x, x.Version.By), At: x.Version.At.In(x.Now.Location())}
	if len(versions) == 2 && !versions[1].Deleted {
		p.Previous = versions[1].ID
		p.Last.Lines = x.diffWords(versions[1].Journey.Diff(*j))
	}
	return p, nil
}

func (x *journeyRoom) lane(n int) lane {
	j := x.journey()
	stage := &j.Stages[n]
	out := lane{Key: string(stage.Key), Name: x.lang().Text(stage.Name), French: stage.Name["fr"], English: stage.Name["en"],
		First: n == 0, Last: n == len(j.Stages)-1}
	for k := range stage.Touchpoints {
		t := &stage.Touchpoints[k]
		out.Cards = append(out.Cards, editCard{Key: string(t.Key), Name: x.lang().Text(t.Name), Href: x.touchpointEdit(t.Key), Note: t.Owner, Tags: x.cardTags(t),
			First: k == 0, Last: k == len(stage.Touchpoints)-1, NoLeft: out.First, NoRight: out.Last})
	}
	return out
}

// cardTags say what matters of a touchpoint at a glance.
func (x *journeyRoom) cardTags(t *journey.Touchpoint) []ui.Tag {
	l := x.lang()
	var tags []ui.Tag
	if t.MomentOfTruth {
		tags = append(tags, ui.Tag{Text: l.T("ui.moment"), Tone: ui.Accent, Icon: "flag"})
	}
	if text := x.temporary(t); text != "" {
		tags = append(tags, ui.Tag{Text: text, Tone: ui.Watch, Icon: "calendar"})
	}
	if t.Owner == "" {
		tags = append(tags, ui.Tag{Text: l.T("journey.no_owner"), Tone: ui.Watch, Icon: "circle-user"})
	}
	return append(tags, ui.Tag{Text: x.indicatorShort(t.LeadIndicator()), Icon: "gauge"})
}

// temporary says when a touchpoint bounded in time is lived; "" for a permanent one.
func (g *ground) temporary(t *journey.Touchpoint) string {
	l, today := g.lang(), g.Now.Format(time.DateOnly)
	switch {
	case t.From == "" && t.Until == "":
		return ""
	case t.Until != "" && today >= t.Until:
		return l.T("journey.ended", "until", g.dayWords(t.Until))
	case t.From != "" && today < t.From:
		return l.T("journey.coming", "from", g.dayWords(t.From))
	case t.Until == "":
		return l.T("journey.since", "from", g.dayWords(t.From))
	}
	return l.T("journey.ends", "until", g.dayWords(t.Until))
}

func (x *journeyRoom) journeyFields() []ui.Field {
	l, j := x.lang(), x.journey()
	fields := textPair(l, "name", l.T("journey.field.name"), j.Name, "")
	fields[0].Required = true
	fields = append(fields, textPair(l, "purpose", l.T("journey.field.purpose"), j.Purpose, "")...)
	return append(fields, ui.Field{Name: "mapped", Label: l.T("journey.field.mapped"), Kind: "date", Value: j.Mapped, Hint: l.T("journey.mapped.hint")})
}

func (s *Server) serveJourneyEdit(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, err := s.journeyRoom(r, v)
	if err != nil {
		return err
	}
	p, err := s.newJourneyEditPage(r.Context(), x)
	if err != nil {
		return err
	}
	return s.render(w, r, journeyEditView(p))
}

// edited answers a form of the board: back to it, or the board again with what is wrong and what was typed.
func (s *Server) edited(w http.ResponseWriter, r *http.Request, x *journeyRoom, err error) error {
	if err == nil {
		http.Redirect(w, r, x.at("edit")+fragment(r.PostForm.Get("touchpoint")), http.StatusSeeOther)
		return nil
	}
	l, mine := x.problems(err)
	if !mine {
		return err
	}
	for n := range l {
		l[n].Where = x.where(l[n].Field)
	}
	p, e := s.newJourneyEditPage(r.Context(), x)
	if e != nil {
		return e
	}
	f := r.PostForm
	p.Refused = &refusedEdit{Action: r.URL.Path, Do: f.Get("do"), Key: f.Get("stage"), Problems: l, Typed: f.Get, Conflict: cx.KindOf(err) == cx.Conflict}
	if from, e := base(r); e == nil && from != x.Version.ID {
		if p.Refused.Since, e = s.since(r.Context(), x, from); e != nil && cx.KindOf(e) != cx.NotFound {
			return e
		}
	}
	p.Fields = retyped(p.Fields, r, l)
	if r.URL.Path != x.at("edit") {
		p.Fields = x.journeyFields()
	}
	return s.renderAs(w, r, api.Status(cx.KindOf(err)), journeyEditView(p))
}

func fragment(touchpoint string) string {
	if touchpoint == "" || !cx.ValidKey(touchpoint) {
		return ""
	}
	return "#tp-" + touchpoint
}

// where names the thing of the journey that a path stands for.
func (x *journeyRoom) where(field string) string {
	rest, ok := strings.CutPrefix(field, "stages[")
	if !ok {
		return ""
	}
	stage, rest, _ := strings.Cut(rest, "]")
	n, err := strconv.Atoi(stage)
	if err != nil || n >= len(x.journey().Stages) {
		return ""
	}
	s := &x.journey().Stages[n]
	if rest, ok = strings.CutPrefix(rest, ".touchpoints["); ok {
		place, _, _ := strings.Cut(rest, "]")
		if k, err := strconv.Atoi(place); err == nil && k < len(s.Touchpoints) {
			return x.lang().Text(s.Touchpoints[k].Name)
		}
	}
	return x.lang().Text(s.Name)
}

// doJourney changes the journey itself.
func (s *Server) doJourney(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, err := s.formRoom(w, r, v)
	if err != nil {
		return err
	}
	f := r.PostForm
	err = s.change(r, x, "", func(j *journey.Journey) error {
		j.Name, j.Purpose, j.Mapped = typedText(f, "name", j.Name), typedText(f, "purpose", j.Purpose), strings.TrimSpace(f.Get("mapped"))
		return nil
	})
	if err == nil {
		s.toast(r, v.Lang.T("settings.saved"))
	}
	return s.edited(w, r, x, err)
}

// formRoom reads the form, then what it is about.
func (s *Server) formRoom(w http.ResponseWriter, r *http.Request, v *visit) (*journeyRoom, error) {
	if err := readForm(w, r); err != nil {
		return nil, err
	}
	return s.journeyRoom(r, v)
}

// doStage adds, renames, moves or removes a stage.
func (s *Server) doStage(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, err := s.formRoom(w, r, v)
	if err != nil {
		return err
	}
	f := r.PostForm
	key := cx.StageID(f.Get("stage"))
	return s.edited(w, r, x, s.change(r, x, "", func(j *journey.Journey) error {
		switch f.Get("do") {
		case "add":
			j.AddStage(typedText(f, "name", nil))
			return nil
		case "rename":
			n, err := j.FindStage(key)
			if err != nil {
				return err
			}
			j.Stages[n].Name = typedText(f, "name", j.Stages[n].Name)
			return nil
		case "left":
			return j.MoveStage(key, -1)
		case "right":
			return j.MoveStage(key, 1)
		case "drop":
			return dropStage(j, key, f)
		case "delete":
			return j.RemoveStage(key)
		}
		return cx.Fail(cx.Invalid, "do", "journey.what")
	}))
}

// doPlace adds a touchpoint, or moves one.
func (s *Server) doPlace(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, err := s.formRoom(w, r, v)
	if err != nil {
		return err
	}
	f := r.PostForm
	if f.Get("do") == "transfer" {
		return s.transferred(w, r, x, s.transfer(r, x))
	}
	var added cx.TouchpointID
	err = s.change(r, x, "", func(j *journey.Journey) error {
		if f.Get("do") != "add" {
			return move(j, f.Get("do"), f)
		}
		t := journey.Touchpoint{Key: cx.TouchpointID(strings.TrimSpace(f.Get("key"))), Name: typedText(f, "name", nil), Transactional: true}
		var err error
		added, err = j.AddTouchpoint(cx.StageID(f.Get("stage")), t, func(k cx.TouchpointID) bool { return x.Journeys.Known()[k] })
		return err
	})
	if err == nil && added != "" {
		http.Redirect(w, r, x.touchpointEdit(added), http.StatusSeeOther)
		return nil
	}
	return s.edited(w, r, x, err)
}

// dropStage puts a stage before as many others as the form says.
func dropStage(j *journey.Journey, key cx.StageID, f form) error {
	place, err := strconv.Atoi(f.Get("place"))
	if err != nil {
		return cx.Fail(cx.Invalid, "place", "journey.what")
	}
	n, err := j.FindStage(key)
	if err != nil {
		return err
	}
	return j.MoveStage(key, place-n)
}

// form is what a browser posts.
type form interface{ Get(string) string }

// move puts a touchpoint one place further, in the next stage, or where it was dropped.
func move(j *journey.Journey, do string, f form) error {
	key := cx.TouchpointID(f.Get("touchpoint"))
	s, n, err := j.Find(key)
	if err != nil {
		return err
	}
	stage, last := j.Stages[s].Key, len(j.Stages)-1
	switch do {
	case "up":
		return j.MoveTouchpoint(key, stage, n-1)
	case "down":
		return j.MoveTouchpoint(key, stage, n+1)
	case "left":
		return j.MoveTouchpoint(key, j.Stages[max(s-1, 0)].Key, n)
	case "right":
		return j.MoveTouchpoint(key, j.Stages[min(s+1, last)].Key, n)
	case "drop":
		place, err := strconv.Atoi(f.Get("place"))
		if err != nil {
			return cx.Fail(cx.Invalid, "place", "journey.what")
		}
		return j.MoveTouchpoint(key, cx.StageID(f.Get("stage")), place)
	}
	return cx.Fail(cx.Invalid, "do", "journey.what")
}

// open tells whether a small form of the board is the one sent back.
func (p *journeyEditPage) open(action, do, key string) bool {
	x := p.Refused
	return x != nil && x.Action == action && x.Do == do && x.Key == key
}

// typed gives back what was typed in a small form, else what it starts with.
func (p *journeyEditPage) typed(id [3]string, name, otherwise string) string {
	if p.open(id[0], id[1], id[2]) {
		return p.Refused.Typed(name)
	}
	return otherwise
}

func (p *journeyEditPage) hasStages() bool { return len(p.Lanes) > 0 }

// stageOptions lists the stages, one of them chosen.
func (x *journeyRoom) stageOptions(chosen cx.StageID) []ui.Option {
	var out []ui.Option
	for _, s := range x.journey().Stages {
		out = append(out, ui.Option{Value: string(s.Key), Label: x.lang().Text(s.Name), Selected: s.Key == chosen})
	}
	return slices.Clip(out)
}
