package web

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"vigie/internal/api"
	"vigie/internal/cx"
	"vigie/internal/listen/customer"
	"vigie/internal/web/ui"
)

// consentLine is what the customer said to one topic.
type consentLine struct {
	Topic, Note string
	Said        ui.Tag
}

// consentPage notes what a customer said to a topic, beside what is known.
type consentPage struct {
	frame  ui.Frame
	ground *ground
	Known  []consentLine
	Form   formView
}

// consentLines says what the customer answered, topic by topic.
func (g *ground) consentLines(p customer.Person) []consentLine {
	var out []consentLine
	for _, topic := range slices.Sorted(maps.Keys(p.Consent)) {
		out = append(out, g.consentLine(topic, p.Consent[topic]))
	}
	return out
}

// consentsAsked says it of every topic that is asked here, answered or not, then of the others.
func (g *ground) consentsAsked(p customer.Person) []consentLine {
	var out []consentLine
	others := maps.Clone(p.Consent)
	for _, topic := range customer.Topics() {
		if c, said := p.Consent[topic]; said {
			out = append(out, g.consentLine(topic, c))
		} else {
			out = append(out, consentLine{Topic: g.topicName(topic), Note: g.lang().T("customer.topic." + topic + ".note"), Said: ui.Tag{Text: g.lang().T("customer.consent.unsaid")}})
		}
		delete(others, topic)
	}
	return append(out, g.consentLines(customer.Person{Consent: others})...)
}

func (g *ground) topicName(topic string) string {
	if id := "customer.topic." + topic; g.lang().Has(id) {
		return g.lang().T(id)
	}
	return readable(topic)
}

func (g *ground) consentLine(topic string, c customer.Consent) consentLine {
	l := g.lang()
	line := consentLine{Topic: g.topicName(topic), Said: ui.Tag{Text: l.T("customer.consent.no"), Tone: ui.Bad, Icon: "x"}}
	if c.Granted {
		line.Said = ui.Tag{Text: l.T("customer.consent.yes"), Tone: ui.Good, Icon: "check"}
	}
	notes := []string{l.Date(c.At.In(g.Now.Location()))}
	if c.Source != "" {
		notes = append(notes, said(g.visit, "customer.consent.source.", c.Source))
	}
	if c.Proof != "" {
		notes = append(notes, l.T("customer.consent.proof", "proof", c.Proof))
	}
	line.Note = strings.Join(notes, " · ")
	return line
}

func (s *Server) newConsentPage(ctx context.Context, v *visit, id string) (*consentPage, known, error) {
	k, err := s.customerOf(ctx, v, id)
	if err != nil {
		return nil, k, err
	}
	g, err := s.ground(ctx, v, filters{}, matter{})
	if err != nil {
		return nil, k, err
	}
	l, name := g.lang(), g.personName(k.Person)
	p := &consentPage{ground: g, frame: g.customerFrame(l.T("customer.consent.of", "name", name), ui.Link{Label: name, Href: customerAddress(k.ID)}), Known: g.consentsAsked(k.Person)}
	p.frame.Path = customerPart(k.ID, "consents", nil)
	topic := ui.Field{Name: "topic", Kind: "select", Label: l.T("customer.consent.topic"), Required: true}
	for _, t := range customer.Topics() {
		topic.Options = append(topic.Options, ui.Option{Value: t, Label: g.topicName(t)})
	}
	source := ui.Field{Name: "source", Kind: "select", Label: l.T("customer.consent.source"), Required: true}
	for _, t := range customer.Sources() {
		source.Options = append(source.Options, ui.Option{Value: t, Label: l.T("customer.consent.source." + t)})
	}
	answer := ui.Field{Name: "said", Kind: "select", Label: l.T("customer.consent.said"), Required: true,
		Options: []ui.Option{{Value: "no", Label: l.T("customer.consent.no.long")}, {Value: "yes", Label: l.T("customer.consent.yes.long")}}}
	p.Form = formView{Title: l.T("customer.consent.add"), Note: l.T("customer.consent.note"), Action: p.frame.Path, Do: l.T("customer.consent.do"), Fields: []ui.Field{topic, answer,
		{Name: "at", Kind: "date", Label: l.T("customer.consent.at"), Value: v.Now.Format(time.DateOnly), Required: true}, source,
		{Name: "proof", Kind: "textarea", Label: l.T("customer.consent.proof.label"), Hint: l.T("customer.consent.proof.hint"), Max: 1000}}}
	return p, k, nil
}

func (s *Server) serveConsents(w http.ResponseWriter, r *http.Request, v *visit) error {
	p, k, err := s.newConsentPage(r.Context(), v, r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := s.auditCustomer(r.Context(), v, "customer.read", k.ID); err != nil {
		return err
	}
	return s.render(w, r, consentView(p))
}

// doConsent keeps an answer, which the trail notes with its topic.
func (s *Server) doConsent(w http.ResponseWriter, r *http.Request, v *visit) error {
	p, k, err := s.newConsentPage(r.Context(), v, r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	topic, c, err := readConsent(r, v)
	if err == nil {
		err = s.Customers.NoteConsent(r.Context(), k.ID, topic, c)
	}
	if err == nil {
		what := "customer.refused." + topic
		if c.Granted {
			what = "customer.granted." + topic
		}
		if err := s.auditCustomer(r.Context(), v, what, k.ID); err != nil {
			return err
		}
		s.toast(r, v.Lang.T("customer.consent.kept"))
		http.Redirect(w, r, customerAddress(k.ID), http.StatusSeeOther)
		return nil
	}
	if e := v.refuse(&p.Form, err, r); e != nil {
		return e
	}
	return s.renderAs(w, r, api.Status(cx.KindOf(err)), consentView(p))
}

// readConsent reads the form. What was said today is said now, so that a second answer of the day wins.
func readConsent(r *http.Request, v *visit) (string, customer.Consent, error) {
	f := r.PostForm
	topic := f.Get("topic")
	if !slices.Contains(customer.Topics(), topic) {
		return "", customer.Consent{}, cx.Fail(cx.Invalid, "topic", "people.needed")
	}
	if said := f.Get("said"); said != "yes" && said != "no" {
		return "", customer.Consent{}, cx.Fail(cx.Invalid, "said", "people.needed")
	}
	if !slices.Contains(customer.Sources(), f.Get("source")) {
		return "", customer.Consent{}, cx.Fail(cx.Invalid, "source", "people.needed")
	}
	day, err := time.ParseInLocation(time.DateOnly, f.Get("at"), v.Now.Location())
	if err != nil {
		return "", customer.Consent{}, cx.Fail(cx.Invalid, "at", "people.date", "value", f.Get("at"))
	}
	if day.Format(time.DateOnly) == v.Now.Format(time.DateOnly) {
		day = v.Now
	}
	return topic, customer.Consent{Granted: f.Get("said") == "yes", At: day.UTC(), Source: f.Get("source"), Proof: f.Get("proof")}, nil
}
