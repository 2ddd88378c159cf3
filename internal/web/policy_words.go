package web

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/invite"
	"vigie/internal/listen/survey"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

// policyWords says what a policy allows, one sentence a rule.
func (g *ground) policyWords(p invite.Policy) []string {
	l := g.lang()
	var out []string
	for _, c := range p.Caps {
		out = append(out, g.capWords(c))
	}
	for _, program := range askedPrograms() {
		if days := p.Rest[program]; days > 0 {
			out = append(out, l.T("policy.says.rest."+string(program), "span", l.T("policy.span", "count", days)))
		}
	}
	if words := g.quietWords(p.Quiet); words != "" {
		out = append(out, words)
	}
	for _, b := range p.Blackouts {
		out = append(out, g.blackoutWords(b))
	}
	ahead := p.Ahead
	if ahead == 0 {
		ahead = invite.AheadDays
	}
	return append(out, l.T("policy.says.ahead", "span", l.T("policy.span", "count", ahead)), l.T("policy.says.always"))
}

func (g *ground) capWords(c invite.Cap) string {
	l := g.lang()
	what := "policy.what.all"
	if c.Program == cx.Transactional || c.Program == cx.Relational {
		what = "policy.what." + string(c.Program)
	}
	span := l.T("policy.span", "count", c.Days)
	if c.Channel != "" {
		return l.T("policy.says.cap_by", "what", l.T(what, "count", c.N), "span", span, "channel", l.T("policy.by."+c.Channel))
	}
	return l.T("policy.says.cap", "what", l.T(what, "count", c.N), "span", span)
}

func (g *ground) quietWords(q invite.Quiet) string {
	l := g.lang()
	var parts []string
	if q.From != q.Until {
		at := func(h int) string { return l.Time(time.Date(2000, 1, 1, h, 0, 0, 0, time.UTC)) }
		parts = append(parts, l.T("policy.says.hours", "from", at(q.From), "until", at(q.Until)))
	}
	if q.Sundays {
		parts = append(parts, l.T("policy.says.sundays"))
	}
	if q.Holidays != "" {
		parts = append(parts, l.T("policy.says.holidays"))
	}
	if len(q.Days) > 0 {
		parts = append(parts, l.T("policy.says.days", "count", len(q.Days)))
	}
	if len(parts) == 0 {
		return ""
	}
	return l.T("policy.says.quiet", "when", strings.Join(parts, ", "))
}

func (g *ground) blackoutWords(b invite.Blackout) string {
	l := g.lang()
	from, e1 := time.Parse(time.DateOnly, b.From)
	until, e2 := time.Parse(time.DateOnly, b.Until)
	if e1 != nil || e2 != nil {
		return ""
	}
	program := l.T("policy.says.nobody")
	if b.Program != "" {
		program = l.T("policy.says.nobody." + string(b.Program))
	}
	says := l.T("policy.says.blackout", "program", program, "from", l.Date(from), "last", l.Date(until.AddDate(0, 0, -1)))
	if b.Reason != "" {
		says += " — " + b.Reason
	}
	return says
}

// policyTrial tells what the policy would make of one person.
type policyTrial struct {
	Surveys []ui.Option
	Who     string
	Found   []ui.Thing
	Says    string
}

// triedPersons are told at once, at most.
const triedPersons = 5

// askedSurveys are those that customers may be asked now.
func (s *Server) askedSurveys(ctx context.Context, g *ground) ([]ui.Option, error) {
	all, err := s.Surveys.Present(ctx)
	if err != nil {
		return nil, err
	}
	var out []ui.Option
	for i := range all {
		if one := &all[i]; one.Asking() && one.Draft.Audience != cx.Employees {
			out = append(out, ui.Option{Value: string(one.Draft.Key), Label: g.surveyWord(one)})
		}
	}
	return out, nil
}

func (g *ground) surveyWord(one *survey.Survey) string {
	if name := g.lang().Text(one.Draft.Name); name != "" {
		return name
	}
	return string(one.Draft.Key)
}

// servePolicyTrial takes who is looked for from a form: addresses of people do not belong in the address of a page.
func (s *Server) servePolicyTrial(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	p, err := s.newPolicyPage(r.Context(), v)
	if err != nil {
		return err
	}
	key := cx.SurveyID(r.PostForm.Get("survey"))
	p.Trial.Who, p.Trial.Surveys = strings.TrimSpace(r.PostForm.Get("who")), selected(p.Trial.Surveys, string(key))
	p.frame.Path = policyPath
	if p.Trial.Who != "" {
		if err := s.tryPolicy(r.Context(), p, key); err != nil {
			return err
		}
	}
	if err := s.People.Audit(r.Context(), people.Entry{Actor: v.Viewer.Actor(), What: "customer.list"}); err != nil {
		return err
	}
	return s.render(w, r, policyView(p))
}

func (s *Server) tryPolicy(ctx context.Context, p *policyPage, key cx.SurveyID) error {
	l := p.lang()
	found, err := s.Door.SearchCustomers(ctx, p.scope(), p.Trial.Who, triedPersons)
	if err != nil {
		return err
	}
	if p.Trial.Says = l.T("customer.found", "count", found.Count); len(found.Persons) == 0 {
		p.Trial.Says = l.T("policy.try.nobody")
		return nil
	}
	policy, err := s.Invites.Policy(ctx)
	if err != nil {
		return err
	}
	for _, person := range found.Persons {
		t, err := s.Invites.Try(ctx, policy, person.ID, key)
		if err != nil {
			return err
		}
		line := p.personLine(person)
		p.Trial.Found = append(p.Trial.Found, ui.Thing{Name: line.Name, Href: line.Href, Note: line.Note, Tags: []ui.Tag{trialTag(p.ground, t)}, Text: p.trialWords(t)})
	}
	return nil
}

func trialTag(g *ground, t invite.Trial) ui.Tag {
	tone := map[invite.Outcome]ui.Tone{invite.Go: ui.Good, invite.Hold: ui.Watch}[t.Outcome]
	return ui.Tag{Text: g.lang().T("policy.try." + string(t.Outcome)), Tone: tone}
}

func (g *ground) trialWords(t invite.Trial) string {
	l := g.lang()
	if t.Outcome == invite.Go {
		return l.T("policy.by." + t.Channel)
	}
	says := l.T("invitation.why." + string(t.Rule))
	if t.Cap != nil {
		says += " · " + g.capWords(*t.Cap)
	}
	if far := g.Now.AddDate(10, 0, 0); !t.Until.IsZero() && t.Until.Before(far) {
		says += " · " + l.T("invitation.until", "at", l.DateTime(g.local(t.Until)))
	}
	return says
}

// joinOnce joins errors, one for each field.
func joinOnce(l []error) error {
	seen := map[string]bool{}
	var out []error
	for _, one := range l {
		if e, ok := errors.AsType[*cx.Error](one); ok {
			if seen[e.Field] {
				continue
			}
			seen[e.Field] = true
		}
		out = append(out, one)
	}
	return errors.Join(out...)
}

// inviteTabs are the faces of who is asked: the rules, the policy, what became of each.
func inviteTabs(v *visit, path string) []ui.Tab {
	tabs := []ui.Tab{{Label: v.Lang.T("invitation.tab.rules"), Href: "/listen/rules"}, {Label: v.Lang.T("policy.tab"), Href: policyPath}}
	if v.Viewer.May(people.ReadPeople) {
		tabs = append(tabs, ui.Tab{Label: v.Lang.T("invitation.title"), Href: "/listen/invitations"})
	}
	tabs = append(tabs, ui.Tab{Label: v.Lang.T("invitation.tab.refused"), Href: refusalsAt})
	for i := range tabs {
		tabs[i].Current = tabs[i].Href == path
	}
	return tabs
}
