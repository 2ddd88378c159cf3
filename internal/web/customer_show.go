package web

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/listen/catalogue"
	"vigie/internal/listen/customer"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

// customerPage is one customer: who, how it goes, all that was said.
type customerPage struct {
	frame      ui.Frame
	ground     *ground
	ID         cx.PersonID
	Name       string
	Status     ui.Tag
	Shown      bool // identities and personal attributes in clear
	Identities []ui.Fact
	Attributes []attributeLine
	Consent    []consentLine
	Timeline   []ui.Voice
	Note       string // how many feedbacks, and since when
	AllHref    string // shows the rest of the timeline; "": it is all there
	Live       *ui.Live
	Spark      *customerScores
	Merges     []mergeLine
	Doubts     int
	Asked      *askedOnce // what they were asked, or not and why; nil: nobody is invited here
	MayErase   bool
	Sent       bool // files came with what they said
}

// customerScores is the customer's own scores on one scale, oldest first.
type customerScores struct {
	Name, Says string
	Line       ui.Sparkline
}

// attributeLine is what is known of the customer beside the fixed context.
type attributeLine struct {
	Name, Value string
	Tags        []ui.Tag
}

// timelineShown feedbacks are drawn at first.
const timelineShown = 40

func (s *Server) serveCustomer(w http.ResponseWriter, r *http.Request, v *visit) error {
	return s.customerPage(w, r, v, false)
}

// serveCustomerShown draws the page with personal data in clear, once: it is a form, noted in the trail.
func (s *Server) serveCustomerShown(w http.ResponseWriter, r *http.Request, v *visit) error {
	return s.customerPage(w, r, v, true)
}

func (s *Server) customerPage(w http.ResponseWriter, r *http.Request, v *visit, shown bool) error {
	k, err := s.customerOf(r.Context(), v, r.PathValue("id"))
	if err != nil {
		return err
	}
	g, err := s.ground(r.Context(), v, filters{}, matter{})
	if err != nil {
		return err
	}
	p, err := s.newCustomerPage(r.Context(), g, k, shown)
	if err != nil {
		return err
	}
	p.limit(r.URL.Query().Get("all") != "")
	p.follow(k.Feedbacks)
	if isPart(r) && r.URL.Query().Get("seen") == seenMark(k.Feedbacks) {
		w.WriteHeader(http.StatusNoContent) // nothing is read that was not there: nothing to note in the trail
		return nil
	}
	what := "customer.read"
	if shown {
		what = "customer.show"
	}
	if err := s.auditCustomer(r.Context(), v, what, k.ID); err != nil {
		return err
	}
	if isPart(r) {
		return s.render(w, r, timelineCard(p))
	}
	return s.render(w, r, customerView(p))
}

func (s *Server) newCustomerPage(ctx context.Context, g *ground, k known, shown bool) (*customerPage, error) {
	if err := s.hideNames(ctx, g, k.Feedbacks); err != nil {
		return nil, err
	}
	g.hidden.persons = nil // one is there already
	p := &customerPage{ground: g, frame: g.customerFrame(g.personName(k.Person)), ID: k.ID, Name: g.personName(k.Person), Status: g.statusTag(k.Person),
		Shown: shown, Identities: g.identityFacts(k.Person, shown), Attributes: g.attributeLines(k.Person, shown), Consent: g.consentsAsked(k.Person),
		Note: g.spokeNote(k.Feedbacks), Spark: g.scoresOf(k.Feedbacks), MayErase: g.Viewer.May(people.ErasePeople)}
	p.frame.Path = customerAddress(k.ID)
	for _, f := range k.Feedbacks {
		p.Timeline = append(p.Timeline, g.lived(f))
		p.Sent = p.Sent || len(f.Media) > 0
	}
	var err error
	if p.Asked, err = s.askedOf(ctx, g, k.ID); err != nil {
		return nil, err
	}
	merges, err := s.Customers.Merges(ctx, g.scope(), k.ID)
	if err != nil {
		return nil, err
	}
	if p.Merges, err = s.mergeLines(ctx, g, merges, k.ID); err != nil || !p.MayErase {
		return p, err
	}
	doubts, err := s.doubts(ctx, g, k.ID)
	p.Doubts = len(doubts)
	return p, err
}

func (p *customerPage) limit(all bool) {
	if !all && len(p.Timeline) > timelineShown {
		p.Timeline, p.AllHref = p.Timeline[:timelineShown], customerAddress(p.ID)+"?all=1"
	}
}

// customerFrame surrounds the pages of one customer.
func (g *ground) customerFrame(title string, crumbs ...ui.Link) ui.Frame {
	f := g.frame(title, ui.SectionVerbatims)
	f.Crumb = append([]ui.Link{{Label: g.lang().T("customer.title"), Href: "/customers"}}, crumbs...)
	return f
}

func (g *ground) identityFacts(p customer.Person, shown bool) []ui.Fact {
	var out []ui.Fact
	for _, i := range p.Identities {
		value := maskIdentity(i)
		if shown {
			value = i.Value
		}
		out = append(out, ui.Fact{Label: g.lang().T("customer.identity." + i.Kind.String()), Value: value})
	}
	return out
}

// attributeLines says what is known, declared attributes first.
func (g *ground) attributeLines(p customer.Person, shown bool) []attributeLine {
	l := g.lang()
	left := maps.Clone(p.Attributes)
	var out []attributeLine
	for _, a := range g.Catalogue.AttributeList {
		v, ok := left[a.Key]
		if !ok {
			continue
		}
		delete(left, a.Key)
		line := attributeLine{Name: g.attributeName(a), Value: masked, Tags: []ui.Tag{{Text: l.T("customer.type." + string(a.Type))}}}
		if shown || !a.Personal {
			line.Value = g.attributeClear(v)
		}
		if a.Projected {
			line.Tags = append(line.Tags, ui.Tag{Text: l.T("customer.projected"), Tone: ui.Accent})
		}
		if a.Personal {
			line.Tags = append(line.Tags, ui.Tag{Text: l.T("customer.personal"), Tone: ui.Watch, Icon: "lock"})
		}
		out = append(out, line)
	}
	for _, k := range slices.Sorted(maps.Keys(left)) {
		line := attributeLine{Name: readable(string(k)), Value: masked, Tags: []ui.Tag{{Text: l.T("customer.undeclared"), Tone: ui.Watch}}}
		if shown {
			line.Value = g.attributeClear(left[k])
		}
		out = append(out, line)
	}
	return out
}

// attributeClear writes a value that is of the customer: what mask would hide in words (a long number) stays.
func (g *ground) attributeClear(v any) string {
	if text, ok := v.(string); ok {
		return readable(text)
	}
	return g.attributeText(v)
}

func (g *ground) attributeName(a catalogue.Attribute) string {
	if n := g.lang().Text(a.Name); n != "" {
		return n
	}
	return readable(string(a.Key))
}

func (g *ground) spokeNote(all []cx.Feedback) string {
	if len(all) == 0 {
		return ""
	}
	first := all[len(all)-1].At.In(g.Now.Location())
	return g.lang().T("customer.spoke", "count", len(all), "since", g.lang().Date(first))
}

// scoresOf draws the customer's scores on the scale that most of them are on; nil below two.
func (g *ground) scoresOf(all []cx.Feedback) *customerScores {
	counts := map[cx.MetricID]int{}
	var best measured
	for _, f := range all {
		if m, _, ok := g.mood(f); ok {
			if counts[m.Metric.Key]++; counts[m.Metric.Key] > counts[best.Metric.Key] {
				best = m
			}
		}
	}
	out := &customerScores{Name: g.lang().Text(best.Metric.Name)}
	var values []string
	for _, f := range slices.Backward(all) {
		if point, ok := f.Scores[best.Metric.Key]; ok {
			raw := best.Metric.Raw(point)
			out.Line.Points = append(out.Line.Points, ui.SparkPoint{Value: raw, Low: raw, High: raw})
			values = append(values, g.scoreText(best.Metric, point))
		}
	}
	if len(values) < 2 {
		return nil
	}
	last := values[max(0, len(values)-8):]
	out.Says = g.lang().T("customer.scores.says", "scores", strings.Join(last, ", "), "scale", g.lang().T("verbatim.scale.span", "min", best.Metric.Min, "max", best.Metric.Max))
	out.Line.Label = fmt.Sprintf("%s. %s", out.Name, out.Says)
	return out
}
