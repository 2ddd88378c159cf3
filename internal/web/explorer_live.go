package web

import (
	"context"
	"net/http"
	"strconv"

	"vigie/internal/cx"
	"vigie/internal/web/ui"
)

// answerID is the part of the page that is asked for again when answers arrived.
const answerID = "answer"

// news is the line that says how many answers arrived since a question was answered.
type news struct {
	Live ui.Live
	Says string // "" nothing new
	Link string // asks again
}

// follow lets a page hear of new answers; those of employees come by whole months.
func (p *explorerPage) follow(st *study) {
	if st.m.Audience == cx.Customers {
		p.frame.LiveURL = p.ground.liveURL()
		p.News = p.ground.newsSince(p.Link, st.whole.Figure.N)
	}
}

func (g *ground) newsSince(link string, n int64) *news {
	part := withParam(withParam(link, "part", "news"), "since", strconv.FormatInt(n, 10))
	return &news{Link: link, Live: ui.Live{URL: part, Events: liveEvent}}
}

// serveNews counts what arrived since the page was made: one figure, whatever the question's dimensions.
func (s *Server) serveNews(w http.ResponseWriter, r *http.Request, g *ground, a asked) error {
	since, err := strconv.ParseInt(r.URL.Query().Get("since"), 10, 64)
	if err != nil {
		return cx.Fail(cx.Invalid, "since", "web.mark")
	}
	n, err := s.answersOf(r.Context(), g, a)
	if err != nil {
		return err
	}
	p := g.newsSince(a.address(g.filters), since)
	switch {
	case n > since:
		p.Says = g.lang().T("explorer.news", "count", n-since)
	case n < since:
		p.Says = g.lang().T("explorer.news.fewer")
	}
	return s.render(w, r, newsLine(g.lang(), p))
}

// answersOf counts those of a question.
func (s *Server) answersOf(ctx context.Context, g *ground, a asked) (int64, error) {
	q := a.question(g, a.Indicator)
	q.By, q.Versus = nil, nil
	row, err := s.figure(ctx, g, q)
	return row.Figure.N, err
}
