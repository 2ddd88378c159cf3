package web

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"vigie/internal/api"
	"vigie/internal/cx"
	"vigie/internal/listen/invite"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

func stateTag(g *ground, state invite.State) ui.Tag {
	tone := map[invite.State]ui.Tone{invite.Answered: ui.Good, invite.Bounced: ui.Bad, invite.Unsure: ui.Watch, invite.Held: ui.Watch, invite.Sent: ui.Accent, invite.Delivered: ui.Accent}[state]
	return ui.Tag{Text: g.lang().T("invitation.state." + state.String()), Tone: tone}
}

// lastMoment is when an invitation last changed, as far as it says.
func lastMoment(i invite.Invitation) time.Time {
	last := i.Planned
	for _, t := range []time.Time{i.Away, i.Sent, i.Settled, i.AnsweredAt} {
		if t.After(last) {
			last = t
		}
	}
	return last
}

func (g *ground) local(t time.Time) time.Time { return t.In(g.Now.Location()) }

// inviteRulePage is one rule: what it does, how it goes, its launch and its definition.
type inviteRulePage struct {
	*ground
	frame     ui.Frame
	Key       string // "": a new one
	Facts     []ui.Fact
	Rates     []ui.Table
	Refusals  ui.Table
	Checks    []checkLine
	Missing   int
	Decisions []string
	Stages    []ui.Option
	Stage     ui.Tag
	MayEdit   bool
	Error     string
	Pilot     pilot
	RunAt     string // where it is run on a list; "": it is not
}

type checkLine struct {
	Name, Label, Says string
	Made              bool
}

// newRule is the address of a rule not made yet.
const newRule = "new"

func (s *Server) serveInviteRule(w http.ResponseWriter, r *http.Request, v *visit) error {
	if r.PathValue("key") == newRule && v.Viewer.May(people.EditStructure) {
		http.Redirect(w, r, ruleAddress(newRule)+"/edit", http.StatusSeeOther)
		return nil
	}
	p, err := s.newInviteRulePage(r.Context(), v, r.PathValue("key"))
	if err != nil {
		return err
	}
	return s.render(w, r, inviteRuleView(p))
}

func (s *Server) newInviteRulePage(ctx context.Context, v *visit, key string) (*inviteRulePage, error) {
	g, err := s.ground(ctx, v, filters{}, matter{})
	if err != nil {
		return nil, err
	}
	p := &inviteRulePage{ground: g, MayEdit: v.Viewer.May(people.EditStructure)}
	if err := s.fillRule(ctx, p, key); err != nil {
		return nil, err
	}
	p.frame.Crumb = []ui.Link{{Label: v.Lang.T("invitation.rules"), Href: "/listen/rules"}}
	return p, nil
}

func (s *Server) fillRule(ctx context.Context, p *inviteRulePage, key string) error {
	k, err := s.Invites.Rule(ctx, key)
	if err != nil {
		return err
	}
	l := p.lang()
	p.Key, p.frame, p.Stage = key, p.visit.frame(l.Text(k.Name), ui.SectionListen), stageTag(p.ground, k.Stage)
	p.Facts = []ui.Fact{{Label: l.T("invitation.fact.survey"), Value: s.surveyName(ctx, p.ground, k.Survey), Href: "/listen/surveys/" + url.PathEscape(string(k.Survey))},
		{Label: l.T("invitation.fact.trigger"), Value: p.triggerWords(k.Trigger)}}
	if p.MayEdit && k.Trigger.List {
		p.RunAt = ruleAddress(key) + "/run"
	}
	names, err := s.actorNames(ctx, p.visit)
	if err != nil {
		return err
	}
	p.launch(&k.Rule, names)
	if p.Pilot, err = s.newPilot(ctx, p.ground, key); err != nil {
		return err
	}
	for _, by := range []string{"channel", "wording", "segment"} {
		counts, err := s.Invites.RuleCounts(ctx, p.scope(), invite.Counting{Rule: key, By: by, Since: p.sinceDay(reportDays).UnixMicro()})
		if err != nil {
			return err
		}
		if by == "channel" {
			p.refusals(counts)
		}
		p.rates(by, counts)
	}
	return nil
}

// surveyName is what a survey is called by its team; its key when there is none such any more.
func (s *Server) surveyName(ctx context.Context, g *ground, key cx.SurveyID) string {
	one, err := s.Surveys.Survey(ctx, key)
	if err != nil {
		return string(key)
	}
	return g.lang().Text(one.Draft.Name)
}

// launch fills the checklist, the decisions taken and the stages that may come.
func (p *inviteRulePage) launch(r *invite.Rule, names actorNames) {
	l := p.lang()
	for _, name := range invite.Checklist() {
		c, made := r.Checks[name]
		line := checkLine{Name: name, Label: l.T("invitation.check." + name), Made: made}
		if made {
			line.Says = l.T("invitation.check.made", "day", l.Date(p.local(c.At)), "who", names.of(c.By))
			if c.Note != "" {
				line.Says += " · " + c.Note
			}
		} else {
			p.Missing++
		}
		p.Checks = append(p.Checks, line)
	}
	for _, d := range slices.Backward(r.Decisions) {
		says := l.Date(p.local(d.At)) + " · " + l.T("invitation.stage."+stageKey(d.Stage)) + " · " + names.of(d.By)
		if d.Note != "" {
			says += " · " + d.Note
		}
		p.Decisions = append(p.Decisions, says)
	}
	for _, stage := range invite.Stages() {
		if stage != r.Stage {
			p.Stages = append(p.Stages, ui.Option{Value: string(stage), Label: l.T("invitation.stage." + stageKey(stage))})
		}
	}
}

// refusals counts those who were not asked, and why.
func (p *inviteRulePage) refusals(counts []invite.Count) {
	l := p.lang()
	p.Refusals = ui.Table{Caption: l.T("invitation.refusals"), Empty: l.T("invitation.refusals.none"),
		Columns: []ui.Column{{Label: l.T("invitation.reason")}, {Label: l.T("invitation.people"), Numeric: true}}}
	why := map[invite.Why]int{}
	for _, c := range counts {
		if c.State == invite.Refused || c.State == invite.Held || c.State == invite.Bounced {
			why[c.Why] += c.N
		}
	}
	keys := slices.SortedFunc(maps.Keys(why), func(a, b invite.Why) int {
		if why[a] != why[b] {
			return why[b] - why[a]
		}
		return strings.Compare(string(a), string(b))
	})
	for _, key := range keys {
		p.Refusals.Rows = append(p.Refusals.Rows, ui.Row{Cells: []ui.Cell{{Text: l.T("invitation.why." + string(key))}, {Text: l.Int(int64(why[key]))}}})
	}
}

func (s *Server) doStageInviteRule(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	key := r.PathValue("key")
	err := s.Invites.Decide(r.Context(), v.Viewer.Actor(), key, invite.Stage(r.PostForm.Get("stage")), strings.TrimSpace(r.PostForm.Get("note")))
	return s.ruleChanged(w, r, v, "stage", err)
}

func (s *Server) doCheckInviteRule(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	err := s.Invites.Checked(r.Context(), v.Viewer.Actor(), r.PathValue("key"), r.PostForm.Get("check"), strings.TrimSpace(r.PostForm.Get("note")), r.PostForm.Get("made") == "1")
	return s.ruleChanged(w, r, v, "check", err)
}

func (s *Server) ruleChanged(w http.ResponseWriter, r *http.Request, v *visit, what string, problem error) error {
	key := r.PathValue("key")
	if problem != nil {
		if cx.KindOf(problem) != cx.Conflict && cx.KindOf(problem) != cx.Invalid {
			return problem
		}
		p, err := s.newInviteRulePage(r.Context(), v, key)
		if err != nil {
			return err
		}
		p.Error = v.Lang.Error(problem)
		return s.renderAs(w, r, api.Status(cx.KindOf(problem)), inviteRuleView(p))
	}
	if err := s.audit(r.Context(), v, "invitation_rule."+what, key); err != nil {
		return err
	}
	s.toast(r, v.Lang.T("invitation.saved"))
	http.Redirect(w, r, ruleAddress(key), http.StatusSeeOther)
	return nil
}

func (p *inviteRulePage) checkTags(c checkLine) []ui.Tag {
	if c.Made {
		return []ui.Tag{{Text: p.lang().T("invitation.check.done"), Tone: ui.Good}}
	}
	return nil
}

func (p *inviteRulePage) checkFields(c checkLine) []ui.Hidden {
	made := "1"
	if c.Made {
		made = "0"
	}
	return []ui.Hidden{{Name: "check", Value: c.Name}, {Name: "made", Value: made}}
}

func (p *inviteRulePage) checkDo(c checkLine) string {
	if c.Made {
		return p.lang().T("invitation.check.undo")
	}
	return p.lang().T("invitation.check.do")
}
