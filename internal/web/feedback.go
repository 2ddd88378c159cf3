package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/understand/insight"
	"vigie/internal/web/ui"
)

// feedbackPage is one feedback: every score, every word, where and how, and what the same customer said before and after.
type feedbackPage struct {
	frame      ui.Frame
	ground     *ground
	Voice      ui.Voice
	Scores     ui.Table
	Facts      ui.Table
	Customer   string // name or initials; "" nobody known
	Status     string
	Timeline   []ui.Voice
	Quarantine bool
}

func (s *Server) serveFeedback(w http.ResponseWriter, r *http.Request, v *visit) error {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return cx.Fail(cx.NotFound, "", "web.missing.text")
	}
	f, err := parseFilters(url.Values{})
	if err != nil {
		return err
	}
	g, err := s.ground(r.Context(), v, f, matter{})
	if err != nil {
		return err
	}
	p, err := s.newFeedbackPage(r.Context(), g, cx.FeedbackID(id))
	if err != nil {
		return err
	}
	if err := s.People.Audit(r.Context(), people.Entry{Actor: v.Viewer.Actor(), What: "feedback.read", Subject: feedbackNumber(cx.FeedbackID(id))}); err != nil {
		return err
	}
	return s.render(w, r, feedbackView(p))
}

func (s *Server) newFeedbackPage(ctx context.Context, g *ground, id cx.FeedbackID) (*feedbackPage, error) {
	found, err := s.feedbacks(ctx, g, []insight.Mark{{ID: id}})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, cx.Fail(cx.NotFound, "", "web.missing.text")
	}
	f := found[0]
	l := g.lang()
	p := &feedbackPage{ground: g, Voice: g.voice(f, nil), Scores: g.scoreTable(f), Facts: g.factTable(f), Quarantine: f.State == cx.Quarantined}
	p.frame = g.frame(l.T("verbatim.one", "when", l.DateTime(f.At.In(g.Now.Location()))), ui.SectionVerbatims)
	p.frame.Crumb = []ui.Link{{Label: l.T("verbatim.title"), Href: "/verbatims"}}
	p.Voice.Href = ""
	return p, s.addCustomer(ctx, g, p, f)
}

// addCustomer adds who gave the feedback, as far as the viewer may know.
func (s *Server) addCustomer(ctx context.Context, g *ground, p *feedbackPage, f cx.Feedback) error {
	if f.Identity == 0 {
		return nil
	}
	known, err := s.Customers.Customers(ctx, g.scope(), []cx.IdentityID{f.Identity})
	if err != nil {
		return fmt.Errorf("customer: %w", err)
	}
	person, ok := known[f.Identity]
	if !ok {
		return nil
	}
	p.Customer, p.Status = person.Name, g.word("verbatim.status.", person.Status)
	if p.Customer == "" {
		p.Customer = g.lang().T("verbatim.nameless")
	}
	_, all, err := s.Door.Customer(ctx, g.scope(), person.ID)
	if cx.KindOf(err) == cx.NotFound && err != nil {
		return nil
	}
	if err != nil {
		return fmt.Errorf("timeline: %w", err)
	}
	for _, x := range all {
		v := g.voice(x, nil)
		if x.ID == f.ID {
			v.ID, v.Href, v.Chips = "", "", append(v.Chips, ui.Chip{Text: g.lang().T("verbatim.this")})
		}
		p.Timeline = append(p.Timeline, v)
	}
	return nil
}

func (g *ground) scoreTable(f cx.Feedback) ui.Table {
	l := g.lang()
	t := ui.Table{Caption: l.T("verbatim.scores"), Columns: []ui.Column{{Label: l.T("verbatim.metric")}, {Label: l.T("verbatim.score"), Numeric: true}, {Label: l.T("verbatim.scale"), Numeric: true}}}
	for _, m := range g.Catalogue.MetricList {
		point, ok := f.Scores[m.Key]
		if !ok {
			continue
		}
		i, _ := g.indicatorOf(m.Key, f.Program)
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: l.Text(m.Name), Note: l.Text(m.Wording)},
			{Text: g.scoreText(m, point), Tone: boxOf(i.Indicator, m, point)}, {Text: l.T("verbatim.scale.span", "min", m.Min, "max", m.Max)}}})
	}
	return t
}

func (g *ground) factTable(f cx.Feedback) ui.Table {
	l := g.lang()
	t := ui.Table{Caption: l.T("verbatim.context"), Columns: []ui.Column{{Label: l.T("verbatim.fact")}, {Label: l.T("verbatim.value")}}}
	add := func(label, value, href string) {
		if value != "" {
			t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: label}, {Text: value, Href: href}}})
		}
	}
	if f.Touchpoint != "" {
		add(l.T("verbatim.touchpoint"), g.touchpointName(f.Touchpoint), g.touchpointAddress(f.Touchpoint, ""))
	}
	add(l.T("cockpit.filter.unit"), g.unitPath(f.Unit), "")
	add(l.T("cockpit.filter.channel"), g.channelName(f.Channel), "")
	add(l.T("verbatim.collected"), g.word("cockpit.collected.", f.CollectedBy), "")
	add(l.T("verbatim.program"), g.word("verbatim.program.", string(f.Program)), "")
	add(l.T("verbatim.agent"), f.Agent, "")
	add(l.T("verbatim.contact"), f.Contact, "")
	add(l.T("verbatim.source"), f.Source, "")
	add(l.T("verbatim.language"), g.languageName(f.Lang), "")
	for _, a := range g.Catalogue.AttributeList {
		v, ok := f.Attributes[a.Key]
		if !ok {
			continue
		}
		name := l.Text(a.Name)
		if name == "" {
			name = string(a.Key)
		}
		text := g.attributeText(v)
		if a.Personal {
			text = masked
		}
		add(name, text, "")
	}
	return t
}

func (g *ground) attributeText(v any) string {
	switch v := v.(type) {
	case float64:
		return g.lang().Short(v, 2)
	case bool:
		return g.lang().T(map[bool]string{true: "verbatim.yes", false: "verbatim.no"}[v])
	}
	return g.mask(fmt.Sprint(v))
}

// unitPath names a unit from the top down.
func (g *ground) unitPath(id cx.UnitID) string {
	var names []string
	for _, k := range g.Organisation.Path(id) {
		names = append(names, g.Organisation.Name(k, g.lang().Tag()))
	}
	if len(names) == 0 {
		return string(id)
	}
	return strings.Join(names, " › ")
}
