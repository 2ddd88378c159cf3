package web

import (
	"net/http"
	"strconv"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/listen/journey"
	"vigie/internal/web/ui"
)

// elsewhere is another journey that a touchpoint may go to.
type elsewhere struct {
	Name   string
	Stages []ui.Option // Value: "journey stage"
}

// elsewhere lists the other journeys that have stages.
func (x *journeyRoom) elsewhere() []elsewhere {
	var out []elsewhere
	for _, j := range x.Journeys.List {
		if j.Key == x.journey().Key || len(j.Stages) == 0 {
			continue
		}
		one := elsewhere{Name: x.lang().Text(j.Name)}
		for _, s := range j.Stages {
			one.Stages = append(one.Stages, ui.Option{Value: string(j.Key) + " " + string(s.Key), Label: x.lang().Text(s.Name)})
		}
		out = append(out, one)
	}
	return out
}

// transfer carries the touchpoint of the form to a stage of another journey, and offers to bring it back.
func (s *Server) transfer(r *http.Request, x *journeyRoom) error {
	f := r.PostForm
	from, err := base(r)
	if err != nil {
		return err
	}
	key := cx.TouchpointID(f.Get("touchpoint"))
	stage, place, err := x.journey().Find(key)
	if err != nil {
		return err
	}
	name := x.lang().Text(x.journey().Stages[stage].Touchpoints[place].Name)
	to, into, _ := strings.Cut(f.Get("to"), " ")
	t := journey.Transfer{Touchpoint: key, From: x.journey().Key, To: cx.JourneyID(to), Stage: cx.StageID(into), Place: int(min(queryID(f.Get("place")), 1000)), By: x.Viewer.Actor(), Base: from}
	if f.Get("place") == "" {
		t.Place = 1000
	}
	now, err := s.Journeys.Move(r.Context(), t)
	if err != nil {
		return err
	}
	undo := &ui.Undo{Action: listenAddress(t.To, "touchpoints"), Fields: []ui.Hidden{{Name: "do", Value: "transfer"}, {Name: "touchpoint", Value: string(key)}, {Name: "base", Value: strconv.FormatInt(now.To, 10)},
		{Name: "to", Value: string(t.From) + " " + string(x.journey().Stages[stage].Key)}, {Name: "place", Value: strconv.Itoa(place)}}}
	s.done(r, x.visit, x.lang().T("journey.transferred", "name", name, "journey", x.journeyTitle(t.To)), undo)
	return s.audit(r.Context(), x.visit, "journey.transfer", string(key)+" → "+to)
}

func (g *ground) journeyTitle(key cx.JourneyID) string {
	j, err := g.Journeys.Journey(key)
	if err != nil {
		return string(key)
	}
	return g.lang().Text(j.Name)
}

// transferred answers a transfer: the board it went from, and the board it is back on when it was taken back.
func (s *Server) transferred(w http.ResponseWriter, r *http.Request, x *journeyRoom, err error) error {
	if to, _, _ := strings.Cut(r.PostForm.Get("to"), " "); err == nil && r.PostForm.Get(undoing) != "" {
		http.Redirect(w, r, listenAddress(cx.JourneyID(to), "edit")+fragment(r.PostForm.Get("touchpoint")), http.StatusSeeOther)
		return nil
	}
	r.PostForm.Del("touchpoint") // it is no longer on this board
	return s.edited(w, r, x, err)
}
