package web

import (
	"net/http"
	"slices"
	"strconv"

	"vigie/internal/cx"
	"vigie/internal/web/ui"
)

// surveySeen is the room of a survey as its page and its preview show it: the draft, or a published version (version=N),
// which is looked at and changed no more.
func (s *Server) surveySeen(r *http.Request, v *visit) (*surveyRoom, error) {
	x, err := s.surveyRoom(r, v)
	if err != nil {
		return nil, err
	}
	n, err := strconv.ParseInt(r.URL.Query().Get("version"), 10, 64)
	if err != nil || n == 0 {
		return x, nil
	}
	if n < 0 {
		return nil, cx.Fail(cx.NotFound, "survey", "survey.unknown", "key", string(x.Draft.Key))
	}
	published, err := s.Surveys.Published(r.Context(), x.Draft.Key, n)
	if err != nil {
		return nil, err
	}
	x.Draft, x.Seen, x.Edits, x.SeenAt = published.Definition, n, false, published.At
	return x, nil
}

// faces lead from the draft to the version that is answered now, and back; one that is neither is named too.
func (x *surveyRoom) faces() []ui.Tab {
	if x.Version == 0 {
		return nil
	}
	seen := []int64{0, x.Version}
	if !slices.Contains(seen, x.Seen) {
		seen = append(seen, x.Seen)
	}
	var tabs []ui.Tab
	for _, n := range seen {
		t := ui.Tab{Label: x.faceName(n), Href: x.at(""), Current: n == x.Seen}
		if n > 0 {
			t.Href += "?version=" + strconv.FormatInt(n, 10)
		}
		tabs = append(tabs, t)
	}
	return tabs
}

func (x *surveyRoom) faceName(n int64) string {
	l := x.lang()
	switch {
	case n == 0 && !x.Ahead:
		return l.T("surveys.face.same", "n", x.Version)
	case n == 0:
		return l.T("surveys.face.draft")
	case n == x.Version && !x.Archived:
		return l.T("surveys.face.now", "n", n)
	}
	return l.T("surveys.version", "n", n)
}

// seenWords say what the preview shows.
func (x *surveyRoom) seenWords() string {
	l := x.lang()
	switch {
	case x.Seen > 0:
		return l.T("surveys.seen.version", "n", x.Seen, "at", l.DateTime(x.SeenAt.In(x.Now.Location())))
	case x.Version > 0 && !x.Ahead:
		return l.T("surveys.seen.same", "n", x.Version)
	}
	return l.T("surveys.seen.draft", "at", l.DateTime(x.Changed.In(x.Now.Location())))
}
