package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"vigie/internal/api"
	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

func (s *Server) councilRoutes() []Route {
	return []Route{
		{"GET", "/settings/council", people.Administer, s.serveCouncil},
		{"POST", "/settings/council", people.Administer, s.doCouncil},
		{"POST", "/settings/council/revoke", people.Administer, s.doCouncilRevoke},
	}
}

// councilPage is the record of the works council's consultation.
type councilPage struct {
	frame   ui.Frame
	visit   *visit
	Tabs    []ui.Tab
	Now     *consultationView // nil: none in force
	Past    []consultationView
	Form    formView
	Unlocks []string
	Never   []string
}

type consultationView struct{ On, Purpose, Reference, By, Ended string }

func (x consultationView) facts(v *visit) []ui.Fact {
	list := []ui.Fact{{Label: v.Lang.T("settings.consultation.on"), Value: x.On}}
	if x.Reference != "" {
		list = append(list, ui.Fact{Label: v.Lang.T("council.reference"), Value: x.Reference})
	}
	return append(list, ui.Fact{Label: v.Lang.T("settings.consultation.purpose"), Value: x.Purpose, Wide: true})
}

func (s *Server) newCouncilPage(ctx context.Context, v *visit) (*councilPage, error) {
	l := v.Lang
	shell := s.newSettings(v, "/settings/council")
	p := &councilPage{frame: shell.frame, visit: v, Tabs: shell.Tabs}
	names, err := s.actorNames(ctx, v)
	if err != nil {
		return nil, err
	}
	say := func(c people.Consultation) consultationView {
		x := consultationView{On: dayWords(v, c.On), Purpose: c.Purpose, Reference: c.Reference,
			By: l.T("council.by", "who", names.of(c.By), "at", l.DateTime(c.At.In(v.Now.Location())))}
		if !c.Ended.IsZero() {
			x.Ended = l.T("council.ended", "who", names.of(c.EndedBy), "at", l.DateTime(c.Ended.In(v.Now.Location())))
		}
		return x
	}
	p.Form = formView{Title: l.T("council.record"), Action: "/settings/council", Do: l.T("settings.record"), Fields: []ui.Field{
		{Name: "on", Label: l.T("settings.consultation.on"), Kind: "date", Required: true},
		{Name: "purpose", Label: l.T("settings.consultation.purpose"), Kind: "textarea", Required: true, Hint: l.T("settings.consultation.hint"), Max: 4000},
		{Name: "reference", Label: l.T("council.reference"), Hint: l.T("council.reference.hint"), Max: 300}}}
	if c := v.Settings.Consultation; c != nil {
		x := say(*c)
		p.Now, p.Form.Title, p.Form.Note = &x, l.T("council.replace"), l.T("council.replace.note")
	}
	for _, c := range slices.Backward(v.Settings.PastConsultations) {
		p.Past = append(p.Past, say(c))
	}
	p.Unlocks = []string{l.T("council.unlocks.figures"), l.T("council.unlocks.names"), l.T("council.unlocks.notes"), l.T("council.unlocks.api")}
	p.Never = []string{l.T("council.never.ranking"), l.T("council.never.employees"), l.T("council.never.own")}
	return p, nil
}

// dayWords writes a day kept as 2006-01-02.
func dayWords(v *visit, day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return v.Lang.Date(t)
}

func (s *Server) serveCouncil(w http.ResponseWriter, r *http.Request, v *visit) error {
	p, err := s.newCouncilPage(r.Context(), v)
	if err != nil {
		return err
	}
	return s.render(w, r, councilView(p))
}

func (s *Server) doCouncil(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	f := r.PostForm
	err := s.People.RecordConsultation(r.Context(), v.Viewer, people.Consultation{On: f.Get("on"), Purpose: strings.TrimSpace(f.Get("purpose")), Reference: strings.TrimSpace(f.Get("reference"))})
	if err == nil {
		s.toast(r, v.Lang.T("council.recorded"))
		http.Redirect(w, r, "/settings/council", http.StatusSeeOther)
		return nil
	}
	p, e := s.newCouncilPage(r.Context(), v)
	if e != nil {
		return e
	}
	if e := v.refuse(&p.Form, err, r); e != nil {
		return e
	}
	return s.renderAs(w, r, api.Status(cx.KindOf(err)), councilView(p))
}

func (s *Server) doCouncilRevoke(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := s.People.RevokeConsultation(r.Context(), v.Viewer); err != nil {
		return err
	}
	s.toast(r, v.Lang.T("council.revoked"))
	http.Redirect(w, r, "/settings/council", http.StatusSeeOther)
	return nil
}
