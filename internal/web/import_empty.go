package web

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"vigie/internal/cx"
	"vigie/internal/listen/intake"
	"vigie/internal/listen/journey"
	"vigie/internal/people"
	"vigie/internal/understand/insight"
	"vigie/internal/web/ui"
)

// asideAt puts away a journey that a template made and that nobody ever spoke of, and brings it back.
const asideAt = "/listen/imports/aside"

// emptyJourney is one that stands empty beside the one an import filled.
type emptyJourney struct {
	Key, Says string
}

// emptyBeside lists the journeys that nobody ever spoke of nor changed, beside the one of an import that is done.
func (s *Server) emptyBeside(ctx context.Context, v *visit, i intake.Import) ([]emptyJourney, error) {
	if i.Map.Journey == nil || !v.Viewer.May(people.EditStructure) {
		return nil, nil
	}
	all, err := s.Journeys.Present(ctx)
	if err != nil {
		return nil, err
	}
	var out []emptyJourney
	for _, j := range all.List {
		if j.Key == i.Map.Journey.Key {
			continue
		}
		bare, err := s.bare(ctx, j.Key)
		if err != nil {
			return nil, err
		}
		if bare {
			out = append(out, emptyJourney{Key: string(j.Key), Says: v.Lang.T("import.empty.says", "name", j.Name, "count", len(touchpointsOf(&j)))})
		}
	}
	return out, nil
}

// bare tells whether a journey is as it was made and no customer spoke of it. While figures are rebuilt none is.
func (s *Server) bare(ctx context.Context, key cx.JourneyID) (bool, error) {
	versions, err := s.Journeys.Versions(ctx, journey.VersionFilter{Key: key, Limit: 2})
	if err != nil || len(versions) != 1 {
		return false, err
	}
	all, err := s.Journeys.Present(ctx)
	if err != nil {
		return false, err
	}
	j, err := all.Journey(key)
	if err != nil {
		return false, err
	}
	var touchpoints []any // and not the journey: figures hear of a change of journeys a moment later
	for _, t := range touchpointsOf(&j) {
		touchpoints = append(touchpoints, string(t.Key))
	}
	if len(touchpoints) == 0 {
		return true, nil
	}
	heard, err := s.Insight.List(ctx, people.Whole(), insight.ListQuery{Where: also(nil, "touchpoint", touchpoints...), Limit: 1})
	if cx.KindOf(err) == cx.Unavailable {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("journey heard: %w", err)
	}
	return len(heard.IDs) == 0, nil
}

// doAside puts an empty journey away: its version stays, and the toast brings it back.
func (s *Server) doAside(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	f := r.PostForm
	key, back := cx.JourneyID(f.Get("journey")), importsAt
	if id, err := strconv.ParseInt(f.Get("import"), 10, 64); err == nil {
		back = importAddress(cx.ImportID(id))
	}
	var err error
	if f.Get("version") != "" {
		err = s.bringBack(r, v, key)
	} else {
		err = s.putAside(r, v, key)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, back, http.StatusSeeOther)
	return nil
}

func (s *Server) putAside(r *http.Request, v *visit, key cx.JourneyID) error {
	all, err := s.Journeys.Present(r.Context())
	if err != nil {
		return err
	}
	j, err := all.Journey(key)
	if err != nil {
		return err
	}
	bare, err := s.bare(r.Context(), key)
	if err != nil {
		return err
	}
	if !bare {
		return cx.Fail(cx.Conflict, "", "import.empty.heard", "name", j.Name)
	}
	versions, err := s.Journeys.Versions(r.Context(), journey.VersionFilter{Key: key, Limit: 1})
	if err != nil {
		return err
	}
	if err := s.Journeys.Delete(r.Context(), v.Viewer.Actor(), key); err != nil {
		return err
	}
	undo := &ui.Undo{Action: asideAt, Fields: []ui.Hidden{{Name: "journey", Value: string(key)}, {Name: "import", Value: r.PostForm.Get("import")},
		{Name: "version", Value: strconv.FormatInt(versions[0].ID, 10)}}}
	s.done(r, v, v.Lang.T("journey.deleted", "name", j.Name), undo)
	return s.audit(r.Context(), v, "journey.delete", string(key))
}

func (s *Server) bringBack(r *http.Request, v *visit, key cx.JourneyID) error {
	id := queryID(r.PostForm.Get("version"))
	former, err := s.Journeys.Version(r.Context(), key, id)
	if err != nil {
		return err
	}
	none := int64(0)
	_, err = s.Journeys.Save(r.Context(), journey.Draft{Journey: former.Journey, By: v.Viewer.Actor(), Base: &none, Origin: "restore:" + strconv.FormatInt(id, 10)})
	if err != nil {
		return err
	}
	s.done(r, v, "", nil)
	return s.audit(r.Context(), v, "journey.put", string(key))
}
