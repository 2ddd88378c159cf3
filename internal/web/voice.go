package web

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/understand/insight"
	"vigie/internal/web/ui"
)

// voicesBlock is a few of the latest words.
type voicesBlock struct {
	Items []ui.Voice
	All   string // address of the whole list
	Live  *ui.Live
}

const voicesShown = 5

// newVoices gives the latest words that the filters leave.
func (s *Server) newVoices(ctx context.Context, g *ground, f filters) (voicesBlock, error) {
	g = g.apart()
	f.Words = "with"
	q := f.listQuery(g.Now)
	q.Limit = voicesShown
	b := voicesBlock{All: f.at("/verbatims")}
	list, err := s.Insight.List(ctx, g.scope(), q)
	if err != nil {
		return b, fmt.Errorf("latest words: %w", err)
	}
	all, err := s.feedbacks(ctx, g, list.IDs)
	if err != nil {
		return b, err
	}
	for _, f := range all {
		b.Items = append(b.Items, g.voice(f, nil))
	}
	return b, nil
}

func (s *Server) feedbacks(ctx context.Context, g *ground, marks []insight.Mark) ([]cx.Feedback, error) {
	ids := make([]cx.FeedbackID, len(marks))
	for i, m := range marks {
		ids[i] = m.ID
	}
	all, err := s.Door.Feedbacks(ctx, g.scope(), ids)
	if err != nil {
		return nil, fmt.Errorf("feedback: %w", err)
	}
	return all, s.hideNames(ctx, g, all)
}

// apart gives a block that shows words a ground with names of its own to mask: blocks of one page are made side by side.
func (g *ground) apart() *ground {
	own := *g
	own.hidden = &hiddenNames{}
	return &own
}

// hideNames makes the page mask the names of those who gave the feedback and of those who may sign in here.
func (s *Server) hideNames(ctx context.Context, g *ground, all []cx.Feedback) error {
	users, err := s.People.Users(ctx)
	if err != nil {
		return err
	}
	var names []string
	for _, u := range users {
		names = append(names, u.Name)
	}
	var ids []cx.IdentityID
	for _, f := range all {
		if f.Identity != 0 {
			ids = append(ids, f.Identity)
		}
	}
	known, err := s.Customers.Customers(ctx, g.scope(), ids)
	if err != nil {
		return fmt.Errorf("customers: %w", err)
	}
	g.hidden.persons = make(map[cx.IdentityID]cx.PersonID, len(known))
	for id, p := range known {
		names = append(names, p.Name)
		g.hidden.persons[id] = p.ID
	}
	g.hidden.words = nameWords(names)
	return nil
}

// voice is a feedback as lists show it: masked words, the score that counts here, where and when. terms are marked.
func (g *ground) voice(f cx.Feedback, terms []string) ui.Voice {
	l := g.lang()
	v := ui.Voice{ID: "f" + feedbackNumber(f.ID), Href: feedbackAddress(f.ID), WhenISO: f.At.Format(time.RFC3339), When: g.when(f.At)}
	if m, point, ok := g.mainScore(f); ok {
		v.Score, v.Unit, v.Tone = g.scoreText(m.Metric, point), m.short(l), boxOf(m.Indicator, m.Metric, point)
	}
	for _, said := range f.Verbatims {
		q := ui.Quote{Question: said.Question, Parts: ui.Hits(g.mask(said.Text), terms)}
		if f.Lang != "" && f.Lang != l.Tag() {
			q.Lang = f.Lang
		}
		v.Texts = append(v.Texts, q)
	}
	if n := len(f.Media); n > 0 {
		v.Chips = append(v.Chips, ui.Chip{Text: l.T("media.count", "count", n)})
	}
	if f.Touchpoint != "" {
		v.Links = []ui.Link{{Label: g.touchpointName(f.Touchpoint), Href: g.touchpointAddress(f.Touchpoint, "")}}
	}
	if p := g.hidden.persons[f.Identity]; p != 0 {
		v.Links = append(v.Links, ui.Link{Label: l.T("customer.one"), Href: customerAddress(p)})
	}
	v.Context = g.context(f)
	return v
}

// scoreText writes a score; a yes or a no in words.
func (g *ground) scoreText(m cx.Metric, point int64) string {
	raw := m.Raw(point)
	if m.Min == 0 && m.Max == 1 && m.Points() == 2 {
		return g.attributeText(raw == 1)
	}
	return g.lang().Short(raw, 1)
}

// context says where a feedback was lived and how it came.
func (g *ground) context(f cx.Feedback) string {
	var parts []string
	if f.Channel != "" {
		parts = append(parts, g.channelName(f.Channel))
	}
	if f.CollectedBy != "" {
		parts = append(parts, g.lang().T("verbatim.by", "way", g.word("cockpit.collected.", f.CollectedBy)))
	}
	if f.Unit != "" {
		parts = append(parts, g.Organisation.Name(f.Unit, g.lang().Tag()))
	}
	return strings.Join(parts, " · ")
}

// when says how long ago, and beyond a day on which.
func (g *ground) when(at time.Time) string {
	if dayOnly(at.In(g.Now.Location())) {
		return g.lang().Date(at.In(g.Now.Location()))
	}
	if ago := g.Now.Sub(at); ago >= 0 && ago < 24*time.Hour {
		return g.lang().Ago(ago)
	}
	return g.lang().Date(at.In(g.Now.Location()))
}

// saidAt writes when something was said: a source that gives days alone tells no hour.
func (v *visit) saidAt(at time.Time) string {
	at = at.In(v.Now.Location())
	if dayOnly(at) {
		return v.Lang.Date(at)
	}
	return v.Lang.DateTime(at)
}

// dayOnly tells whether a moment is a day without an hour: midnight to the microsecond.
func dayOnly(at time.Time) bool {
	h, m, s := at.Clock()
	return h+m+s == 0 && at.Nanosecond() == 0
}

// mainScore picks the score that counts where the feedback was given: the one filtered by, else the
// touchpoint's lead, else a usual one, else any.
func (g *ground) mainScore(f cx.Feedback) (measured, int64, bool) {
	var metrics []cx.MetricID
	if metric, _, _ := strings.Cut(g.Score, ":"); metric != "" {
		metrics = append(metrics, cx.MetricID(metric)) // the one filtered by
	}
	if p, ok := g.Journeys.Place(f.Touchpoint); ok {
		if i, ok := g.Catalogue.Indicators[p.Touchpoint.LeadIndicator()]; ok {
			metrics = append(metrics, i.Metric)
		}
	}
	metrics = append(metrics, "nps", "csat", "ces", "stars")
	metrics = append(metrics, slices.Sorted(maps.Keys(f.Scores))...)
	for _, k := range metrics {
		if point, ok := f.Scores[k]; ok {
			if m, ok := g.indicatorOf(k, f.Program); ok {
				return m, point, true
			}
		}
	}
	return measured{}, 0, false
}

// indicatorOf gives the indicator in which a metric is read, one of that program first.
func (g *ground) indicatorOf(k cx.MetricID, program cx.Program) (measured, bool) {
	m, ok := g.Catalogue.Metrics[k]
	if !ok {
		return measured{}, false
	}
	found := measured{Indicator: cx.Indicator{Metric: k, Name: m.Name, Formula: cx.TopShare}, Metric: m}
	for _, i := range g.Catalogue.IndicatorList {
		if i.Metric == k && (found.Key == "" || i.Program == program && found.Program != program) {
			found.Indicator = i
		}
	}
	found.Spec = cx.NewSpec(found.Indicator, m)
	return found, true
}

func feedbackNumber(id cx.FeedbackID) string  { return strconv.FormatInt(int64(id), 10) }
func feedbackAddress(id cx.FeedbackID) string { return "/feedbacks/" + feedbackNumber(id) }
