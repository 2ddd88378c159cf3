package web

import (
	"net/http"
	"slices"
	"strconv"

	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

// journeyOrder is the list of journeys as it is put in order; nil when there is nothing to order.
type journeyOrder struct {
	Items []orderItem
}

type orderItem struct {
	Key, Name, Href string
	First, Last     bool
}

func (g *ground) journeyOrder() *journeyOrder {
	if !g.Viewer.May(people.EditStructure) || len(g.Journeys.List) < 2 {
		return nil
	}
	o := &journeyOrder{}
	for n, j := range g.Journeys.List {
		o.Items = append(o.Items, orderItem{Key: string(j.Key), Name: g.lang().Text(j.Name), Href: "#journey-" + string(j.Key), First: n == 0, Last: n == len(g.Journeys.List)-1})
	}
	return o
}

// doJourneyOrder moves one journey by a place, where it was dropped, or puts them all as they were.
func (s *Server) doJourneyOrder(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	present, err := s.Journeys.Present(r.Context())
	if err != nil {
		return err
	}
	var before []cx.JourneyID
	for _, j := range present.List {
		before = append(before, j.Key)
	}
	next, err := reordered(before, r.PostForm)
	if err != nil {
		return err
	}
	if err := s.Journeys.Order(r.Context(), next); err != nil {
		return err
	}
	if err := s.audit(r.Context(), v, "journey.order", ""); err != nil {
		return err
	}
	if !slices.Equal(before, next) {
		undo := &ui.Undo{Action: "/listen/journeys/order", Fields: []ui.Hidden{{Name: "do", Value: "set"}}}
		for _, k := range before {
			undo.Fields = append(undo.Fields, ui.Hidden{Name: "journey", Value: string(k)})
		}
		s.done(r, v, v.Lang.T("journey.order.done"), undo)
	}
	http.Redirect(w, r, "/journeys", http.StatusSeeOther)
	return nil
}

// reordered gives the keys in the order that a form asks for.
func reordered(keys []cx.JourneyID, f map[string][]string) ([]cx.JourneyID, error) {
	first := func(name string) string { return nth(f[name], 0) }
	if first("do") == "set" {
		var out []cx.JourneyID
		for _, k := range f["journey"] {
			if slices.Contains(keys, cx.JourneyID(k)) && !slices.Contains(out, cx.JourneyID(k)) { // one may have gone since
				out = append(out, cx.JourneyID(k))
			}
		}
		return out, nil
	}
	at := slices.Index(keys, cx.JourneyID(first("journey")))
	if at < 0 {
		return nil, cx.Fail(cx.NotFound, "journey", "journey.unknown", "key", first("journey"))
	}
	to := at
	switch first("do") {
	case "up":
		to--
	case "down":
		to++
	case "drop":
		var err error
		if to, err = strconv.Atoi(first("place")); err != nil {
			return nil, cx.Fail(cx.Invalid, "place", "journey.what")
		}
	default:
		return nil, cx.Fail(cx.Invalid, "do", "journey.what")
	}
	one := keys[at]
	rest := slices.Delete(slices.Clone(keys), at, at+1)
	return slices.Insert(rest, min(max(to, 0), len(rest)), one), nil
}
