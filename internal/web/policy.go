package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"vigie/internal/api"
	"vigie/internal/cx"
	"vigie/internal/listen/invite"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

// policyPath is where the solicitation policy is read and set.
const policyPath = "/listen/policy"

func (s *Server) policyRoutes() []Route {
	return []Route{
		{"GET", policyPath, people.ReadFigures, s.servePolicy},
		{"POST", policyPath, people.EditStructure, s.doPolicy},
		{"POST", policyPath + "/try", people.ReadPeople, s.servePolicyTrial},
	}
}

// policyPage is how often people may be asked, in words and as a form.
type policyPage struct {
	*ground
	frame     ui.Frame
	Tabs      []ui.Tab
	Words     []string
	MayEdit   bool
	MayTry    bool
	Caps      formLines
	Rest      []ui.Field
	Quiet     []ui.Field
	Days      formLines
	Blackouts formLines
	Ahead     []ui.Field
	Seen      ui.Field
	Problems  []problem // of no field
	Wrong     int
	Trial     policyTrial
}

// Lists of the form.
func policyLists() map[string]columns {
	return map[string]columns{"caps": {"caps_n", "caps_days", "caps_program", "caps_channel"}, "blackouts": {"blackouts_from", "blackouts_last", "blackouts_program", "blackouts_reason"},
		"quiet.days": {"quiet.days_day"}}
}

// askedPrograms are those whose questions are sent; spontaneous words are asked of nobody.
func askedPrograms() []cx.Program { return []cx.Program{cx.Transactional, cx.Relational} }

func (s *Server) servePolicy(w http.ResponseWriter, r *http.Request, v *visit) error {
	p, err := s.newPolicyPage(r.Context(), v)
	if err != nil {
		return err
	}
	return s.render(w, r, policyView(p))
}

func (s *Server) newPolicyPage(ctx context.Context, v *visit) (*policyPage, error) {
	g, err := s.ground(ctx, v, filters{}, matter{})
	if err != nil {
		return nil, err
	}
	policy, err := s.Invites.Policy(ctx)
	if err != nil {
		return nil, err
	}
	l := v.Lang
	p := &policyPage{ground: g, frame: v.frame(l.T("policy.title"), ui.SectionListen), Tabs: inviteTabs(v, policyPath), MayEdit: v.Viewer.May(people.EditStructure), MayTry: v.Viewer.May(people.ReadPeople)}
	p.frame.Crumb = []ui.Link{{Label: l.T("invitation.rules"), Href: "/listen/rules"}}
	p.frame.Sub = l.T("policy.sub")
	p.Words, p.Seen = g.policyWords(policy), seenField(policy)
	p.fill(policyValues(g, policy))
	p.Trial.Surveys, err = s.askedSurveys(ctx, g)
	return p, err
}

// policyValues writes a policy as its form is filled.
func policyValues(g *ground, p invite.Policy) url.Values {
	f, lists := url.Values{}, policyLists()
	for _, c := range p.Caps {
		lists["caps"].add(f, strconv.Itoa(c.N), strconv.Itoa(c.Days), string(c.Program), c.Channel)
	}
	for _, b := range p.Blackouts {
		last := b.Until
		if t, err := time.Parse(time.DateOnly, b.Until); err == nil {
			last = t.AddDate(0, 0, -1).Format(time.DateOnly)
		}
		lists["blackouts"].add(f, b.From, last, string(b.Program), b.Reason)
	}
	for _, d := range p.Quiet.Days {
		lists["quiet.days"].add(f, d)
	}
	for program, days := range p.Rest {
		f.Set("rest."+string(program), count(days))
	}
	f.Set("quiet.from", strconv.Itoa(p.Quiet.From))
	f.Set("quiet.until", strconv.Itoa(p.Quiet.Until))
	f.Set("quiet.holidays", p.Quiet.Holidays)
	if p.Quiet.Sundays {
		f.Set("quiet.sundays", "1")
	}
	f.Set("ahead", count(p.Ahead))
	return f
}

// fill draws the form with what was typed in it.
func (p *policyPage) fill(f url.Values) {
	l := p.lang()
	programs := []ui.Option{{Label: l.T("policy.program.all")}}
	for _, one := range askedPrograms() {
		programs = append(programs, ui.Option{Value: string(one), Label: l.T("policy.program." + string(one))})
	}
	channels := []ui.Option{{Label: l.T("policy.channel.all")}, {Value: invite.Email, Label: l.T("invitation.channel.email")}, {Value: invite.SMS, Label: l.T("invitation.channel.sms")}}
	p.Caps = formLines{Name: "caps", At: policyPath, Label: l.T("policy.cap"), None: l.T("policy.caps.none"), Add: l.T("policy.caps.add")}
	p.Blackouts = formLines{Name: "blackouts", At: policyPath, Label: l.T("policy.blackout"), None: l.T("policy.blackouts.none"), Add: l.T("policy.blackouts.add")}
	p.Days = formLines{Name: "quiet.days", At: policyPath, Label: l.T("policy.day"), Add: l.T("policy.days.add")}
	lists := policyLists()
	for n := range lists["caps"].count(f) {
		p.lineOf(&p.Caps, f, n, []ui.Field{{Name: "caps_n", Kind: "number", Label: l.T("policy.cap.n")}, {Name: "caps_program", Kind: "select", Label: l.T("policy.cap.program"), Options: programs},
			{Name: "caps_channel", Kind: "select", Label: l.T("policy.cap.channel"), Options: channels}, {Name: "caps_days", Kind: "number", Label: l.T("policy.cap.days")}})
	}
	for n := range lists["blackouts"].count(f) {
		p.lineOf(&p.Blackouts, f, n, []ui.Field{{Name: "blackouts_from", Kind: "date", Label: l.T("policy.blackout.from")}, {Name: "blackouts_last", Kind: "date", Label: l.T("policy.blackout.last")},
			{Name: "blackouts_program", Kind: "select", Label: l.T("policy.cap.program"), Options: programs}, {Name: "blackouts_reason", Label: l.T("policy.blackout.reason"), Max: 200}})
	}
	for n := range lists["quiet.days"].count(f) {
		p.lineOf(&p.Days, f, n, []ui.Field{{Name: "quiet.days_day", Kind: "date", Label: l.T("policy.day")}})
	}
	p.fillFields(f)
}

func (p *policyPage) fillFields(f url.Values) {
	l := p.lang()
	p.Rest, p.Quiet = nil, nil
	for _, one := range askedPrograms() {
		name := "rest." + string(one)
		p.Rest = append(p.Rest, ui.Field{Name: name, Kind: "number", Label: l.T("policy.rest." + string(one)), Value: f.Get(name), Hint: l.T("policy.rest.hint")}.Plainly())
	}
	hours := func(name, label, hint string) ui.Field {
		out := ui.Field{Name: name, Kind: "select", Label: l.T(label), Hint: hint}
		for h := range 24 {
			out.Options = append(out.Options, ui.Option{Value: strconv.Itoa(h), Label: l.Time(time.Date(2000, 1, 1, h, 0, 0, 0, time.UTC))})
		}
		out.Options = selected(out.Options, f.Get(name))
		return out.Plainly()
	}
	holidays := selected([]ui.Option{{Label: l.T("policy.holidays.none")}, {Value: "fr", Label: l.T("policy.holidays.fr")}}, f.Get("quiet.holidays"))
	p.Quiet = []ui.Field{hours("quiet.from", "policy.quiet.from", ""), hours("quiet.until", "policy.quiet.until", l.T("policy.quiet.hint")),
		{Name: "quiet.holidays", Kind: "select", Label: l.T("policy.holidays"), Options: holidays, Quiet: true},
		{Name: "quiet.sundays", Kind: "checkbox", Label: l.T("policy.sundays"), Checked: f.Get("quiet.sundays") != ""}}
	p.Ahead = []ui.Field{ui.Field{Name: "ahead", Kind: "number", Label: l.T("policy.ahead"), Value: f.Get("ahead"), Hint: l.T("policy.ahead.hint")}.Plainly()}
}

// wrong puts each problem beside its field.
func (p *policyPage) wrong(l []problem) {
	p.Wrong = len(l)
	for _, list := range []*formLines{&p.Caps, &p.Blackouts, &p.Days} {
		l = list.wrong(l)
	}
	for _, one := range l {
		placed := false
		for _, fields := range [][]ui.Field{p.Rest, p.Quiet, p.Ahead} {
			for i := range fields {
				if fields[i].Name == one.Field {
					fields[i].Error, placed = one.Text, true
				}
			}
		}
		if !placed {
			p.Problems = append(p.Problems, one)
		}
	}
}

// readPolicy makes a policy of its form; what the form does not show stays as it was.
func readPolicy(f url.Values, was invite.Policy) (invite.Policy, error) {
	c, out, lists := &collector{}, invite.Policy{Rest: map[cx.Program]int{}}, policyLists()
	for n := range lists["caps"].count(f) {
		at := "caps." + strconv.Itoa(n)
		out.Caps = append(out.Caps, invite.Cap{N: c.whole(at+".n", nth(f["caps_n"], n)), Days: c.whole(at+".days", nth(f["caps_days"], n)),
			Program: cx.Program(nth(f["caps_program"], n)), Channel: nth(f["caps_channel"], n)})
	}
	for n := range lists["blackouts"].count(f) {
		b := invite.Blackout{From: nth(f["blackouts_from"], n), Program: cx.Program(nth(f["blackouts_program"], n)), Reason: strings.TrimSpace(nth(f["blackouts_reason"], n))}
		if last, err := time.Parse(time.DateOnly, nth(f["blackouts_last"], n)); err == nil {
			b.Until = last.AddDate(0, 0, 1).Format(time.DateOnly)
		}
		out.Blackouts = append(out.Blackouts, b)
	}
	for program, days := range was.Rest {
		out.Rest[program] = days
	}
	for _, program := range askedPrograms() {
		field := "rest." + string(program)
		delete(out.Rest, program)
		if days := c.whole(field, f.Get(field)); days != 0 {
			out.Rest[program] = days
		}
	}
	out.Quiet = invite.Quiet{From: c.whole("quiet.from", f.Get("quiet.from")), Until: c.whole("quiet.until", f.Get("quiet.until")), Sundays: f.Get("quiet.sundays") != "",
		Holidays: f.Get("quiet.holidays"), Days: f["quiet.days_day"]}
	out.Ahead = c.whole("ahead", f.Get("ahead"))
	return out, c.err()
}

func (s *Server) doPolicy(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	f := r.PostForm
	lists := policyLists()
	if moveLines(f, lists) {
		p, err := s.newPolicyPage(r.Context(), v)
		if err != nil {
			return err
		}
		p.Seen.Value = f.Get(seenName)
		p.fill(f)
		return s.render(w, r, policyView(p))
	}
	for _, c := range lists {
		c.pack(f)
	}
	if err := s.savePolicy(r, f); err != nil {
		return s.refusePolicy(w, r, v, err)
	}
	if err := s.audit(r.Context(), v, "invitation.policy", ""); err != nil {
		return err
	}
	s.toast(r, v.Lang.T("policy.saved"))
	http.Redirect(w, r, policyPath, http.StatusSeeOther)
	return nil
}

// savePolicy keeps what was typed unless somebody else kept another policy since the form was shown. All that is wrong is
// told at once: what is no number, and what the policy itself refuses.
func (s *Server) savePolicy(r *http.Request, f url.Values) error {
	return s.Invites.ChangePolicy(r.Context(), func(p *invite.Policy) error {
		if err := checkSeen(r, *p); err != nil {
			return err
		}
		next, err := readPolicy(f, *p)
		if err != nil {
			l := split(err)
			for _, e := range next.Check() {
				l = append(l, e)
			}
			return joinOnce(l)
		}
		*p = next
		return nil
	})
}

// refusePolicy shows the form as typed, with all that is wrong. Saved again, it is kept over what another saved.
func (s *Server) refusePolicy(w http.ResponseWriter, r *http.Request, v *visit, problem error) error {
	p, err := s.newPolicyPage(r.Context(), v)
	if err != nil {
		return err
	}
	l, mine := p.problems(problem)
	if !mine {
		return problem
	}
	if cx.KindOf(problem) != cx.Conflict {
		p.Seen.Value = r.PostForm.Get(seenName)
	}
	p.fill(r.PostForm)
	p.wrong(l)
	return s.renderAs(w, r, api.Status(cx.KindOf(problem)), policyView(p))
}
