package web

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/invite"
	"vigie/internal/understand/insight"
	"vigie/internal/web/ui"
)

// invitedAxes are the dimensions of figures over invitations, in the order they are offered.
var invitedAxes = [...]string{"day", "week", "month", "quarter", "year", "journey", "stage", "touchpoint", "unit", "rule", "channel", "wording", "segment", "survey", "language", "why"}

// counts tells what an indicator counts; what is unknown counts what people said.
func (g *ground) counts(key cx.IndicatorID) cx.Counted {
	m, _ := measure(g.Catalogue, key, nil)
	return m.Metric.Counts
}

// list is the page of what is behind a figure.
func (m measured) list() string {
	if m.Metric.Counts == cx.Invitations {
		return invitationsPath
	}
	return "/verbatims"
}

const invitationsPath = "/listen/invitations"

func (g *ground) ruleName(key string) string {
	if i := slices.IndexFunc(g.Rules, func(k invite.Kept) bool { return k.Key == key }); i >= 0 {
		return g.lang().Text(g.Rules[i].Name)
	}
	if key == "api" {
		return g.lang().T("invitation.by_api")
	}
	return key
}

// invitedBar offers in a bar what invitations have: their own channels, no attribute.
func (s *Server) invitedBar(ctx context.Context, g *ground, bar *ui.FilterBar) error {
	channels, err := s.valuesOf(ctx, g.scope(), cx.Invitations, "channel")
	if err != nil {
		return err
	}
	for i := range bar.Drops {
		if bar.Drops[i].Name == "channel" {
			bar.Drops[i] = channelDrop(g, channels)
		}
	}
	return nil
}

// invitedQuestion reads which figure's invitations are asked for: the metric and its value stand where those of feedback do.
func (g *ground) invitedQuestion() (insight.InvitedQuery, error) {
	metric, _, ranged := strings.Cut(g.Score, ":")
	m, known := g.Catalogue.Metrics[cx.MetricID(metric)]
	if !known || m.Counts != cx.Invitations {
		return insight.InvitedQuery{}, cx.Fail(cx.Invalid, "score", "web.score", "value", g.Score)
	}
	during := g.during()
	q := insight.InvitedQuery{Metric: m.Key, Program: cx.Program(g.Program), During: &during, Where: g.where(), Limit: invitationsShown}
	if q.Program == "" {
		q.Program = cx.Transactional
	}
	key := scorePrefix + metric
	if ranged {
		q.Where["score"] = q.Where[key]
	}
	delete(q.Where, key)
	return q, nil
}

// newInvitedPage lists exactly the invitations that a figure counts, those of them that the viewer may read.
func (s *Server) newInvitedPage(ctx context.Context, v *visit, address url.Values) (*invitationsPage, error) {
	f, err := parseFilters(address)
	if err != nil {
		return nil, err
	}
	g, err := s.ground(ctx, v, f, matter{cx.JourneyID(f.Journey), cx.TouchpointID(f.Touchpoint)})
	if err != nil {
		return nil, err
	}
	q, err := g.invitedQuestion()
	if err != nil {
		return nil, err
	}
	if q.Before, err = parseInvitedMark(address.Get("before")); err != nil {
		return nil, err
	}
	found, err := s.Insight.Invited(ctx, g.scope(), q)
	if err != nil {
		return nil, err
	}
	ids := make([]invite.InvitationID, len(found.IDs))
	for i, m := range found.IDs {
		ids[i] = m.ID
	}
	list, err := s.Invites.Listed(ctx, g.scope(), ids)
	if err != nil {
		return nil, err
	}
	l := v.Lang
	p := &invitationsPage{visit: v, frame: v.frame(l.T("invitation.title"), ui.SectionListen), Tabs: listenTabs(v, "/listen/rules"), Says: g.invitedSays(q)}
	p.frame.Crumb = []ui.Link{{Label: l.T("invitation.rules"), Href: "/listen/rules"}}
	p.fillPager(g, found, address.Get("before"))
	p.Table, err = s.invitationTable(ctx, g, list)
	return p, err
}

func (p *invitationsPage) fillPager(g *ground, found insight.InvitedList, before string) {
	l := g.lang()
	p.Pager.Says = l.T("invitation.counted", "count", found.Total)
	if found.Total > 10_000 {
		p.Pager.Says = l.T("invitation.counted.more", "count", 10_000)
	}
	p.frame.Sub = p.Pager.Says
	if own := g.ownUnits(); own != "" {
		p.frame.Sub += " · " + l.T("verbatim.perimeter", "units", own)
	}
	if before != "" {
		p.Pager.PreviousHref = g.filters.at(invitationsPath)
	}
	if n := len(found.IDs); found.More && n > 0 {
		last := found.IDs[n-1]
		next := g.filters.values()
		next.Set("before", formatMark(insight.Mark{At: last.At, ID: cx.FeedbackID(last.ID)}))
		p.Pager.NextHref = address(invitationsPath, next)
	}
}

func parseInvitedMark(text string) (*insight.InvitedMark, error) {
	m, err := parseMark(text)
	if m == nil || err != nil {
		return nil, err
	}
	return &insight.InvitedMark{At: m.At, ID: invite.InvitationID(m.ID)}, nil
}

// invitedSays tells of which figure the list is, and what it is narrowed to.
func (g *ground) invitedSays(q insight.InvitedQuery) []string {
	l := g.lang()
	h := *g
	h.Score = ""
	says := g.metricName(q.Metric)
	if c, narrowed := q.Where["score"]; narrowed && c.GTE != nil {
		says += " : " + g.word("invitation.counted.", strconv.FormatFloat(*c.GTE, 'f', -1, 64))
	}
	where := append([]string{l.T("verbatim.program." + string(q.Program)), g.periodWords()}, h.whereWords()...)
	return []string{strings.Join(append([]string{says}, where...), " · ")}
}

// sinceDay is the first moment of the period that ends today and has so many days, as filters count them.
func (g *ground) sinceDay(n int) time.Time {
	y, m, d := g.Now.Date()
	return time.Date(y, m, d+1-n, 0, 0, 0, 0, g.Now.Location())
}

// untied is how many invitations were delivered, among those of a question, and are not in its rate of answers: nothing ties an
// anonymous answer to whom was asked.
func (s *Server) untied(ctx context.Context, st *study) (int64, error) {
	if st.m.Metric.Key != cx.InvitationAnswered {
		return 0, nil
	}
	delivered, known := st.g.Catalogue.Metrics[cx.InvitationDelivered]
	q := st.asked.question(st.g, st.asked.Indicator)
	q.By, q.Versus = nil, nil
	if _, scored := q.Where["score"]; !known || scored {
		return 0, nil
	}
	i := cx.Indicator{Metric: delivered.Key, Formula: cx.Ratio, Numerator: []float64{1}, Program: st.m.Program, Audience: cx.Customers}
	a, err := s.Insight.AskDraft(ctx, st.g.scope(), q, insight.Draft{Indicator: i, Metric: delivered})
	if err != nil {
		return 0, err
	}
	return a.Rows[0].Figure.Top - st.whole.Figure.N, nil
}

// wordsSaid names what is behind the answer.
func (p *explorerPage) wordsSaid() string {
	m, _ := measure(p.ground.Catalogue, p.asked.Indicator, nil)
	if m.Audience == cx.Employees {
		return "chorus.title"
	}
	return m.said("explorer.words")
}
