package web

import (
	"context"
	"net/http"
	"time"

	"vigie/internal/api"
	"vigie/internal/cx"
	"vigie/internal/listen/journey"
	"vigie/internal/understand/insight"
	"vigie/internal/web/ui"
)

// touchpointDeletePage says what follows when a touchpoint goes.
type touchpointDeletePage struct {
	*journeyRoom
	frame  ui.Frame
	Key    cx.TouchpointID
	Name   string
	Count  int
	Today  string
	Used   []string // promises and targets that go with it
	Failed *refusedEdit
}

func (s *Server) newTouchpointDeletePage(ctx context.Context, x *journeyRoom, key cx.TouchpointID) (*touchpointDeletePage, error) {
	stage, n, err := x.journey().Find(key)
	if err != nil {
		return nil, err
	}
	t := &x.journey().Stages[stage].Touchpoints[n]
	l := x.lang()
	p := &touchpointDeletePage{journeyRoom: x, frame: x.under(l.T("journey.touchpoint.delete.title", "name", t.Name)), Key: key, Name: l.Text(t.Name), Today: x.Now.Format(time.DateOnly)}
	for _, promise := range t.Promises {
		p.Used = append(p.Used, l.Text(promise.Text))
	}
	list, err := s.Insight.List(ctx, x.scope(), insight.ListQuery{Where: insight.Where{"touchpoint": {In: []any{string(key)}}}, Limit: 1})
	if err != nil {
		return nil, err
	}
	p.Count = list.Total
	return p, nil
}

func (s *Server) serveTouchpointDelete(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, err := s.journeyRoom(r, v)
	if err != nil {
		return err
	}
	p, err := s.newTouchpointDeletePage(r.Context(), x, cx.TouchpointID(r.PathValue("touchpoint")))
	if err != nil {
		return err
	}
	return s.render(w, r, touchpointDeleteView(p))
}

// doTouchpointDelete takes a touchpoint away, or only ends it today.
func (s *Server) doTouchpointDelete(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, err := s.formRoom(w, r, v)
	if err != nil {
		return err
	}
	key := cx.TouchpointID(r.PathValue("touchpoint"))
	p, err := s.newTouchpointDeletePage(r.Context(), x, key)
	if err != nil {
		return err
	}
	said := "journey.touchpoint.deleted"
	err = s.change(r, x, "", func(j *journey.Journey) error {
		if r.PostForm.Get("do") == "delete" {
			return j.RemoveTouchpoint(key)
		}
		stage, n, err := j.Find(key)
		if err != nil {
			return err
		}
		said = "journey.touchpoint.ended"
		j.Stages[stage].Touchpoints[n].Until = p.Today
		return nil
	})
	if l, mine := x.problems(err); err != nil && mine {
		p.Failed = &refusedEdit{Problems: l, Conflict: cx.KindOf(err) == cx.Conflict}
		return s.renderAs(w, r, api.Status(cx.KindOf(err)), touchpointDeleteView(p))
	}
	if err != nil {
		return err
	}
	s.toast(r, x.lang().T(said, "name", p.Name))
	http.Redirect(w, r, x.at("edit"), http.StatusSeeOther)
	return nil
}
