package web

import (
	"net/http"
	"net/url"

	"vigie/internal/cx"
	"vigie/internal/listen/catalogue"
	"vigie/internal/web/ui"
)

// retirement is what it takes to put a definition out of use, or back.
type retirement struct {
	Action string
	Gone   bool      // it is retired
	Held   []ui.Link // what still stands on it: first to be changed
}

func (g *ground) retirement(of string, gone bool, held []ui.Link) retirement {
	return retirement{Action: "/catalogue/" + of + "/retire", Gone: gone, Held: held}
}

// holdsIndicator lists the touchpoints that follow an indicator or promise by it.
func (g *ground) holdsIndicator(key cx.IndicatorID) []ui.Link {
	var out []ui.Link
	for _, p := range g.Journeys.Touchpoints() {
		holds := g.usesAt(p.Touchpoint, key) != ""
		for _, promise := range p.Touchpoint.Promises {
			holds = holds || promise.Indicator == key
		}
		if holds {
			out = append(out, ui.Link{Label: g.lang().Text(p.Touchpoint.Name), Href: listenAddress(p.Journey.Key, "touchpoints/"+url.PathEscape(string(p.Touchpoint.Key)))})
		}
	}
	return out
}

// holdsMetric lists the indicators in use that are made of a metric.
func (g *ground) holdsMetric(key cx.MetricID) []ui.Link {
	var out []ui.Link
	for _, i := range g.Catalogue.IndicatorList {
		if i.Metric == key && !i.Retired {
			out = append(out, ui.Link{Label: g.lang().Text(i.Name), Href: indicatorAddress(i.Key)})
		}
	}
	return out
}

// retiring reads what the form asks for: true to retire. What stands on a definition keeps it.
func retiring(r *http.Request, held []ui.Link) (bool, error) {
	switch r.PostForm.Get("do") {
	case "restore":
		return false, nil
	case "retire":
		if len(held) > 0 {
			return false, cx.Fail(cx.Conflict, "", "catalogue.still_used", "count", len(held), "first", held[0].Label)
		}
		return true, nil
	}
	return false, cx.Fail(cx.Invalid, "do", "journey.what")
}

func (s *Server) doRetireIndicator(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	g, err := s.catalogueGround(r, v)
	if err != nil {
		return err
	}
	was, _, err := g.Catalogue.Indicator(cx.IndicatorID(r.PathValue("indicator")))
	if err != nil {
		return err
	}
	next := was
	if next.Retired, err = retiring(r, g.holdsIndicator(was.Key)); err != nil {
		return err
	}
	if err := s.Catalogue.EditIndicator(r.Context(), catalogue.Edit[cx.Indicator]{By: v.Viewer.Actor(), Was: was}, next); err != nil {
		return err
	}
	return s.retired(w, r, v, retiredOne{"indicator.put", string(was.Key), v.Lang.Text(was.Name), indicatorAddress(was.Key), next.Retired})
}

func (s *Server) doRetireMetric(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	g, err := s.catalogueGround(r, v)
	if err != nil {
		return err
	}
	was, err := g.Catalogue.Metric(cx.MetricID(r.PathValue("metric")))
	if err != nil {
		return err
	}
	next := was
	if next.Retired, err = retiring(r, g.holdsMetric(was.Key)); err != nil {
		return err
	}
	if err := s.Catalogue.EditMetric(r.Context(), catalogue.Edit[cx.Metric]{By: v.Viewer.Actor(), Was: was}, next); err != nil {
		return err
	}
	return s.retired(w, r, v, retiredOne{"metric.put", string(was.Key), v.Lang.Text(was.Name), "/catalogue/metrics", next.Retired})
}

// retiredOne is what was retired or put back.
type retiredOne struct {
	what, key, name, to string
	gone                bool
}

func (s *Server) retired(w http.ResponseWriter, r *http.Request, v *visit, x retiredOne) error {
	if err := s.audit(r.Context(), v, x.what, x.key); err != nil {
		return err
	}
	said, back := "catalogue.restored", "retire"
	if x.gone {
		said, back = "catalogue.retired.done", "restore"
	}
	s.done(r, v, v.Lang.T(said, "name", x.name), &ui.Undo{Action: r.URL.Path, Fields: []ui.Hidden{{Name: "do", Value: back}}})
	http.Redirect(w, r, x.to, http.StatusSeeOther)
	return nil
}

// doPillars adds the six-pillar questionnaire to the catalogue.
func (s *Server) doPillars(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := s.Catalogue.AddSixPillars(r.Context(), v.Viewer.Actor()); err != nil {
		return err
	}
	if err := s.audit(r.Context(), v, "metric.put", "pillar_*"); err != nil {
		return err
	}
	s.toast(r, v.Lang.T("catalogue.pillars.added"))
	http.Redirect(w, r, "/catalogue/metrics", http.StatusSeeOther)
	return nil
}
