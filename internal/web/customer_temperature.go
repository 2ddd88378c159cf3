package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"vigie/internal/cx"
	"vigie/internal/listen/customer"
	"vigie/internal/understand/temperature"
	"vigie/internal/web/ui"
)

// temperaturePage is one customer on one phone screen, before a call or a meeting.
type temperaturePage struct {
	frame  ui.Frame
	ground *ground
	ID     cx.PersonID
	Warmth temperature.Warmth
	Tone   ui.Tone
	Word   string // the warmth
	Trend  string
	Scores []ui.Voice // the last, newest first: no words
	Say    []adviceLine
	Avoid  []adviceLine
	Open   string // what is open, in words; "": nothing
	Facts  []ui.Fact
}

// adviceLine is one advice with the feedback it comes from.
type adviceLine struct {
	Text  string
	Quote *ui.Quote // their words; nil: none are quoted
	From  []ui.Link // the feedbacks, by their day
}

const (
	scoresRecalled = 3
	factsRecalled  = 4
	// quoted letters of what was written fit on a phone beside the rest.
	quotedLetters = 110
)

func (s *Server) serveTemperature(w http.ResponseWriter, r *http.Request, v *visit) error {
	k, err := s.customerOf(r.Context(), v, r.PathValue("id"))
	if err != nil {
		return err
	}
	g, err := s.ground(r.Context(), v, filters{}, matter{})
	if err != nil {
		return err
	}
	p, err := s.newTemperaturePage(r.Context(), g, k)
	if err != nil {
		return err
	}
	if err := s.auditCustomer(r.Context(), v, "customer.read", k.ID); err != nil {
		return err
	}
	return s.render(w, r, temperatureView(p))
}

func (s *Server) newTemperaturePage(ctx context.Context, g *ground, k known) (*temperaturePage, error) {
	if err := s.hideNames(ctx, g, k.Feedbacks); err != nil {
		return nil, err
	}
	g.hidden.persons = nil
	l, name := g.lang(), g.personName(k.Person)
	c := temperature.Customer{Former: k.Status == "former", Refused: forbidden(k.Person)}
	said := map[cx.FeedbackID]cx.Feedback{}
	for _, f := range k.Feedbacks {
		if f.State == cx.Live {
			c.Moments, said[f.ID] = append(c.Moments, g.moment(f)), f
		}
	}
	t := temperature.Read(c, g.Now)
	p := &temperaturePage{ground: g, frame: g.customerFrame(name, ui.Link{Label: l.T("customer.timeline"), Href: customerAddress(k.ID)}), ID: k.ID, Warmth: t.Warmth,
		Tone: warmthTone(t.Warmth), Word: l.T("customer.warmth." + string(t.Warmth)), Trend: l.T("customer.trend." + string(t.Trend)), Facts: g.recalled(k)}
	p.frame.Search = nil
	for _, m := range c.Moments {
		if m.Box != temperature.Unrated && len(p.Scores) < scoresRecalled {
			p.Scores = append(p.Scores, g.moodLine(said[m.Feedback]))
		}
	}
	for _, m := range t.Open {
		p.Open = strings.TrimPrefix(p.Open+", "+g.placeWords(m.Touchpoint), ", ")
	}
	quoted := map[cx.FeedbackID]bool{}
	for _, a := range t.Say {
		p.Say = append(p.Say, g.adviceLine(a, said, quoted))
	}
	for _, a := range t.Avoid {
		p.Avoid = append(p.Avoid, g.adviceLine(a, said, quoted))
	}
	return p, nil
}

// mood is the score that says best how a customer felt: satisfaction first, then what counts where it was given. "Solved
// at once: no" is no bad mood by itself.
func (g *ground) mood(f cx.Feedback) (measured, int64, bool) {
	for _, k := range [...]cx.MetricID{"csat", "csat10", "smiley", "stars", "nps", "ces"} {
		if point, ok := f.Scores[k]; ok {
			if m, ok := g.indicatorOf(k, f.Program); ok {
				return m, point, true
			}
		}
	}
	return g.mainScore(f)
}

// moodLine is a feedback by its mood alone.
func (g *ground) moodLine(f cx.Feedback) ui.Voice {
	v := g.voice(f, nil)
	v.Texts = nil
	if m, point, ok := g.mood(f); ok {
		v.Score, v.Unit, v.Tone = g.scoreText(m.Metric, point), m.short(g.lang()), boxOf(m.Indicator, m.Metric, point)
	}
	return v
}

// moment reads a feedback as the rules do: its mood, in its box.
func (g *ground) moment(f cx.Feedback) temperature.Moment {
	out := temperature.Moment{Feedback: f.ID, At: f.At, Touchpoint: f.Touchpoint, Words: len(f.Verbatims) > 0}
	m, point, ok := g.mood(f)
	if !ok {
		return out
	}
	out.Metric, out.Box = m.Metric.Key, temperature.Middle
	if span := m.Metric.Max - m.Metric.Min; span > 0 {
		out.Share = (m.Metric.Raw(point) - m.Metric.Min) / span
	}
	if m.Spec.Better != cx.HigherBetter {
		out.Share = 1 - out.Share
	}
	switch boxOf(m.Indicator, m.Metric, point) {
	case ui.Good:
		out.Box = temperature.High
	case ui.Bad:
		out.Box = temperature.Low
	}
	return out
}

// adviceLine words an advice. Words of the customer are quoted once on the page.
func (g *ground) adviceLine(a temperature.Advice, said map[cx.FeedbackID]cx.Feedback, quoted map[cx.FeedbackID]bool) adviceLine {
	l := g.lang()
	id := "customer.say." + string(a.Rule)
	if len(a.From) == 0 {
		if a.Rule == temperature.Silent {
			id += ".never"
		}
		return adviceLine{Text: l.T(id)}
	}
	first := a.From[0]
	f := said[first.Feedback]
	out := adviceLine{}
	score := ""
	if m, point, ok := g.mood(f); ok {
		score = m.short(l) + " " + g.scoreText(m.Metric, point)
	}
	out.Text = l.T(id, "place", g.placeWords(first.Touchpoint), "count", len(a.From), "score", score, "when", g.when(first.At))
	for _, m := range a.From {
		out.From = append(out.From, ui.Link{Label: g.when(m.At), Href: feedbackAddress(m.Feedback)})
	}
	if first.Words && !quoted[first.Feedback] && a.Rule != temperature.NoOffer {
		quoted[first.Feedback] = true
		q := ui.Words(shortened(g.mask(f.Verbatims[0].Text), quotedLetters))
		if f.Lang != "" && f.Lang != l.Tag() {
			q.Lang = f.Lang
		}
		out.Quote = &q
	}
	return out
}

func (g *ground) placeWords(t cx.TouchpointID) string {
	if t == "" {
		return g.lang().T("customer.nowhere")
	}
	return g.touchpointName(t)
}

// recalled are a few things known of the customer that are not personal: what the columns of the figures hold.
func (g *ground) recalled(k known) []ui.Fact {
	var out []ui.Fact
	if k.Status != "" {
		out = append(out, ui.Fact{Label: g.lang().T("customer.status"), Value: g.word("verbatim.status.", k.Status)})
	}
	for _, a := range g.Catalogue.AttributeList {
		v, ok := k.Attributes[a.Key]
		for i := 0; !ok && i < len(k.Feedbacks); i++ {
			v, ok = k.Feedbacks[i].Attributes[a.Key]
		}
		if ok && a.Projected && !a.Personal && len(out) < factsRecalled {
			out = append(out, ui.Fact{Label: g.attributeName(a), Value: g.attributeText(v)})
		}
	}
	return out
}

// forbidden gives what the customer's refusals forbid.
func forbidden(p customer.Person) []temperature.Rule {
	var out []temperature.Rule
	for _, x := range []struct {
		topic string
		rule  temperature.Rule
	}{{customer.Survey, temperature.NoSurvey}, {customer.Contact, temperature.NoCall}, {customer.Marketing, temperature.NoSale}} {
		if c, said := p.Consent[x.topic]; said && !c.Granted {
			out = append(out, x.rule)
		}
	}
	return out
}

func warmthTone(w temperature.Warmth) ui.Tone {
	switch w {
	case temperature.Cold:
		return ui.Bad
	case temperature.Tepid:
		return ui.Watch
	case temperature.Warm:
		return ui.Good
	}
	return ui.Unknown
}

// shortened cuts a text at a word, with an ellipsis.
func shortened(text string, letters int) string {
	r := []rune(text)
	if len(r) <= letters {
		return text
	}
	short := string(r[:letters])
	if i := strings.LastIndexByte(short, ' '); i > letters/2 {
		short = short[:i]
	}
	return short + "…"
}

func warmthIcon(w temperature.Warmth) string {
	switch w {
	case temperature.Cold:
		return "cloud-lightning"
	case temperature.Tepid:
		return "cloud-sun"
	case temperature.Warm:
		return "sun"
	}
	return "circle-dashed"
}

func scoreClass(v ui.Voice) string {
	if v.Score == "" {
		return "none"
	}
	return string(v.Tone)
}

func quoteLang(q ui.Quote) templ.Attributes {
	if q.Lang == "" {
		return nil
	}
	return templ.Attributes{"lang": q.Lang}
}
