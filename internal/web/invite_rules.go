package web

import (
	"context"
	"net/http"
	"net/url"

	"vigie/internal/cx"
	"vigie/internal/listen/invite"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

// inviteRulesPage lists the rules and how often those asked answer.
type inviteRulesPage struct {
	visit   *visit
	frame   ui.Frame
	Tabs    []ui.Tab
	Rules   []ui.Thing
	MayEdit bool
	MayRead bool // people
}

// reportDays is how far back rates and refusals are counted.
const reportDays = 90

func (s *Server) serveInviteRules(w http.ResponseWriter, r *http.Request, v *visit) error {
	p, err := s.newInviteRulesPage(r.Context(), v)
	if err != nil {
		return err
	}
	return s.render(w, r, inviteRulesView(p))
}

func (s *Server) newInviteRulesPage(ctx context.Context, v *visit) (*inviteRulesPage, error) {
	g, err := s.ground(ctx, v, filters{}, matter{})
	if err != nil {
		return nil, err
	}
	l := v.Lang
	p := &inviteRulesPage{visit: v, frame: v.frame(l.T("invitation.rules"), ui.SectionListen), Tabs: listenTabs(v, "/listen/rules"),
		MayEdit: v.Viewer.May(people.EditStructure), MayRead: v.Viewer.May(people.ReadPeople)}
	p.frame.Sub = l.T("invitation.rules.sub")
	rules, err := s.Invites.Rules(ctx)
	if err != nil {
		return nil, err
	}
	counts, err := s.Invites.Counts(ctx, g.scope(), "rule", s.reportSince())
	if err != nil {
		return nil, err
	}
	sums := sumsOf(counts)
	for _, k := range rules {
		p.Rules = append(p.Rules, ui.Thing{Name: l.Text(k.Name), Href: ruleAddress(k.Key), Tags: []ui.Tag{stageTag(g, k.Stage)},
			Text: g.triggerWords(k.Trigger), Note: g.rateWords(sums[k.Key])})
	}
	return p, nil
}

func (s *Server) reportSince() int64 { return s.now().AddDate(0, 0, -reportDays).UnixMicro() }

func ruleAddress(key string) string { return "/listen/rules/" + url.PathEscape(key) }

// sum is what became of those a rule, a wording or a channel asked.
type sum struct{ delivered, rated, answered int }

func sumsOf(counts []invite.Count) map[string]sum {
	out := map[string]sum{}
	for _, c := range counts {
		x := out[c.Key]
		x.delivered += c.Delivered
		x.rated += c.Rated
		x.answered += c.Answered
		out[c.Key] = x
	}
	return out
}

// rate is answered ÷ delivered with its interval, as every share here.
func (x sum) rate() cx.Figure {
	one := 1.0
	spec := cx.NewSpec(cx.Indicator{Formula: cx.TopShare}, cx.Metric{Min: 0, Max: 1, Step: 1, Top: &one})
	var h cx.Histogram
	h.Add(1, int64(x.answered))
	h.Add(0, int64(x.out-x.answered))
	return spec.Figure(h)
}

func (g *ground) rateWords(x sum) string {
	l := g.lang()
	if x.out == 0 {
		return l.T("invitation.rate.none")
	}
	f := x.rate()
	return l.T("invitation.rate.says", "rate", l.Percent(f.Value, 0), "low", l.Number(f.Low, 0), "high", l.Percent(f.High, 0), "n", l.Int(int64(x.out)))
}

func (g *ground) triggerWords(t invite.Trigger) string {
	l := g.lang()
	switch {
	case t.Event != "":
		return l.T("invitation.trigger.event", "event", t.Event)
	case t.Every != "":
		return l.T("invitation.trigger." + t.Every)
	}
	return l.T("invitation.trigger.list")
}

func stageTag(g *ground, stage invite.Stage) ui.Tag {
	tone := map[invite.Stage]ui.Tone{invite.Going: ui.Good, invite.Pilot: ui.Accent, invite.Review: ui.Accent, invite.Paused: ui.Watch}[stage]
	return ui.Tag{Text: g.lang().T("invitation.stage." + stageKey(stage)), Tone: tone}
}

func stageKey(stage invite.Stage) string {
	if stage == invite.Framing {
		return "framing"
	}
	return string(stage)
}
