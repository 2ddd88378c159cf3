package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"vigie/internal/cx"
	"vigie/internal/listen/catalogue"
	"vigie/internal/listen/response"
	"vigie/internal/people"
	"vigie/internal/understand/insight"
	"vigie/internal/web/ui"
)

// feedbackPage is one feedback: every score, every word, where and how, and what the same customer said before and after.
type feedbackPage struct {
	frame      ui.Frame
	ground     *ground
	Voice      ui.Voice
	Scores     []ui.Score
	Facts      []ui.Fact
	Customer   string  // name or initials; "" nobody known
	Person     ui.Link // to the customer's page; "" nobody known
	Status     ui.Tag
	Timeline   []ui.Voice
	Quarantine bool
	Media      []mediaShown
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
	g.hidden.persons = nil // the card of who gave it leads to them
	p := &feedbackPage{ground: g, Voice: g.changed(g.voice(f, nil), f), Scores: g.scoreLines(f), Facts: g.facts(f), Quarantine: f.State == cx.Quarantined}
	p.frame = g.frame(l.T("verbatim.one", "when", g.saidAt(f.At)), ui.SectionVerbatims)
	p.frame.Crumb = []ui.Link{{Label: l.T("verbatim.title"), Href: "/verbatims"}}
	p.Voice.Href = ""
	if p.Media, err = s.mediaOf(ctx, g, f); err != nil {
		return nil, err
	}
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
	p.Customer = person.Name
	if person.Status != "" {
		p.Status = ui.Tag{Text: g.word("verbatim.status.", person.Status), Tone: ui.Accent}
	}
	if p.Customer == "" {
		p.Customer = g.lang().T("verbatim.nameless")
	}
	p.Person = ui.Link{Label: g.lang().T("customer.open"), Href: customerAddress(person.ID)}
	_, all, err := s.Door.Customer(ctx, g.scope(), person.ID)
	if cx.KindOf(err) == cx.NotFound && err != nil {
		return nil
	}
	if err != nil {
		return fmt.Errorf("timeline: %w", err)
	}
	for _, x := range all {
		v := g.changed(g.voice(x, nil), x)
		if x.ID == f.ID {
			v.ID, v.Href, v.Chips = "", "", append(v.Chips, ui.Chip{Text: g.lang().T("verbatim.this")})
		}
		p.Timeline = append(p.Timeline, v)
	}
	return nil
}

func (g *ground) scoreLines(f cx.Feedback) []ui.Score {
	l := g.lang()
	var out []ui.Score
	for _, m := range g.Catalogue.MetricList {
		point, ok := f.Scores[m.Key]
		if !ok {
			continue
		}
		i, _ := g.indicatorOf(m.Key, f.Program)
		s := ui.Score{Name: l.Text(m.Name), Wording: l.Text(m.Wording), Value: g.scoreText(m, point), Tone: boxOf(i.Indicator, m, point)}
		if m.Points() > 2 {
			s.Scale = l.T("verbatim.scale.span", "min", m.Min, "max", m.Max)
			s.Share = (m.Raw(point) - m.Min) / (m.Max - m.Min)
		}
		out = append(out, s)
	}
	return out
}

// facts say where, how and of whom a feedback is, in words; keys of other tools are made readable.
func (g *ground) facts(f cx.Feedback) []ui.Fact {
	l := g.lang()
	var out []ui.Fact
	add := func(label, value, href string) {
		if value != "" {
			out = append(out, ui.Fact{Label: label, Value: value, Href: href})
		}
	}
	if f.Touchpoint != "" {
		add(l.T("verbatim.touchpoint"), g.touchpointName(f.Touchpoint), g.touchpointAddress(f.Touchpoint, ""))
	}
	add(l.T("cockpit.filter.unit"), g.unitPath(f.Unit), "")
	add(l.T("cockpit.filter.channel"), g.channelName(f.Channel), "")
	add(l.T("verbatim.collected"), g.word("cockpit.collected.", f.CollectedBy), "")
	add(l.T("verbatim.program"), g.word("verbatim.program.", string(f.Program)), "")
	add(l.T("verbatim.language"), g.languageName(f.Lang), "")
	for _, a := range g.Catalogue.AttributeList {
		if v, ok := f.Attributes[a.Key]; ok {
			add(g.attributeFact(a, v))
		}
	}
	add(l.T("verbatim.agent"), f.Agent, "")
	add(l.T("verbatim.contact"), f.Contact, "")
	add(l.T("verbatim.source"), readable(f.Source), "")
	return out
}

func (g *ground) attributeFact(a catalogue.Attribute, v any) (label, value, href string) {
	label, value = g.lang().Text(a.Name), masked
	if id := "feedback.attribute." + string(a.Key); label == "" && g.lang().Has(id) {
		label = g.lang().T(id)
	} else if label == "" {
		label = readable(string(a.Key))
	}
	if !a.Personal || g.hidden.clear {
		value = g.attributeText(v)
	}
	if id := "respond.slot." + fmt.Sprint(v); a.Key == response.CallbackAttribute && g.lang().Has(id) {
		value = g.lang().T(id)
	}
	return label, value, ""
}

func (g *ground) attributeText(v any) string {
	switch v := v.(type) {
	case float64:
		return g.lang().Short(v, 2)
	case bool:
		return g.lang().T(map[bool]string{true: "verbatim.yes", false: "verbatim.no"}[v])
	}
	return g.mask(readable(fmt.Sprint(v)))
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

// keyLike is what tools send for a value: "pro-tout-en-un", "SENIOR_PRUDENT".
var keyLike = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:[a-z0-9]+(?:[-_][a-z0-9]+)*|[A-Z0-9]+(?:_[A-Z0-9]+)+)$`)
})

// readable writes a key as words; what is no key, and what holds figures alone, stays as it came.
func readable(key string) string {
	if !keyLike().MatchString(key) || !strings.ContainsFunc(key, unicode.IsLetter) || strings.ContainsFunc(key, unicode.IsDigit) {
		return key
	}
	words := strings.ToLower(strings.NewReplacer("-", " ", "_", " ").Replace(key))
	return strings.ToUpper(words[:1]) + words[1:]
}
