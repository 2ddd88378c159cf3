package web

import (
	"context"
	"net/http"
	"net/url"

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
}

// toAdd is how the first rule is written.
func (p *inviteRulesPage) toAdd() []ui.Button {
	if !p.MayEdit {
		return nil
	}
	return []ui.Button{{Label: p.visit.Lang.T("invitation.rule.new"), Href: "/listen/rules/new", Style: "primary", Icon: "plus"}}
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
		MayEdit: v.Viewer.May(people.EditStructure)}
	p.frame.Sub = l.T("invitation.rules.sub")
	rules, err := s.Invites.Rules(ctx)
	if err != nil {
		return nil, err
	}
	counts, err := s.Invites.Counts(ctx, g.scope(), "rule", g.sinceDay(reportDays).UnixMicro())
	if err != nil {
		return nil, err
	}
	sums := sumsOf(counts)
	awaited, err := s.Invites.Awaited(ctx)
	if err != nil {
		return nil, err
	}
	for _, k := range rules {
		tags := []ui.Tag{stageTag(g, k.Stage)}
		if awaited[k.Key] {
			tags = append(tags, ui.Tag{Text: l.T("fortnight.awaited"), Tone: ui.Watch})
		}
		p.Rules = append(p.Rules, ui.Thing{Name: l.Text(k.Name), Href: ruleAddress(k.Key), Tags: tags,
			Text: g.triggerWords(k.Trigger), Note: g.rateWords(sums[k.Key])})
	}
	return p, nil
}

func ruleAddress(key string) string { return "/listen/rules/" + url.PathEscape(key) }

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
