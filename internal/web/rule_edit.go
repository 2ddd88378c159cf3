package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"vigie/internal/api"
	"vigie/internal/cx"
	"vigie/internal/listen/invite"
	"vigie/internal/listen/survey"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

// ruleRoutes write a rule, as a form or as YAML.
func (s *Server) ruleRoutes() []Route {
	const one = "/listen/rules/{key}"
	return []Route{
		{"GET", one + "/edit", people.EditStructure, s.serveRuleForm},
		{"POST", one + "/edit", people.EditStructure, s.doRuleForm},
		{"POST", one + "/preview", people.EditStructure, s.serveRulePreview},
		{"GET", one + "/yaml", people.EditStructure, s.serveRuleYAML},
	}
}

// ruleFormPage is a rule as a form.
type ruleFormPage struct {
	*surveyRoom // speaks of no question: conditions are about who is asked and what happened
	frame       ui.Frame
	Key         string // "": a new one
	Rule        invite.Rule
	Base        int64
	Events      []invite.EventSeen
	Asking      []ui.Option // surveys that may be asked
	Channels    channelsSet
	Groups      []ruleGroup
	Wordings    formLines
	Shown       []ruleShown
	Problems    []problem // of no field
	Wrong       int
}

// ruleGroup is one card of the form.
type ruleGroup struct {
	Title, Note, Class string
	Fields             []ui.Field
	If                 *condForm
	IfError            string
}

// channelsSet tells by which channels messages leave now.
type channelsSet struct{ Mail, SMS bool }

func (c channelsSet) none() bool { return !c.Mail && !c.SMS }

func (s *Server) channelsSet(ctx context.Context) (channelsSet, invite.Channels, error) {
	c, err := s.Invites.Channels(ctx)
	kept := s.Inviting.Keeps() // messages stay on this machine, whatever is set
	return channelsSet{Mail: kept || c.Mail != nil, SMS: kept || c.SMS != nil}, c, err
}

func (s *Server) newRuleFormPage(ctx context.Context, v *visit, key string) (*ruleFormPage, error) {
	g, err := s.ground(ctx, v, filters{}, matter{})
	if err != nil {
		return nil, err
	}
	p := &ruleFormPage{surveyRoom: &surveyRoom{ground: g, Edits: true}}
	title := v.Lang.T("invitation.rule.new")
	if key != newRule {
		k, err := s.Invites.Rule(ctx, key)
		if err != nil {
			return nil, err
		}
		p.Key, p.Rule, p.Base, title = key, k.Rule, k.Edition, v.Lang.Text(k.Name)
	}
	p.frame = v.frame(title, ui.SectionListen)
	p.frame.Crumb = []ui.Link{{Label: v.Lang.T("invitation.rules"), Href: "/listen/rules"}}
	if p.Asking, err = s.askedSurveys(ctx, g); err != nil {
		return nil, err
	}
	if p.Channels, _, err = s.channelsSet(ctx); err != nil {
		return nil, err
	}
	if p.Events, err = s.Invites.EventsLately(ctx); err != nil {
		return nil, err
	}
	if key == newRule {
		p.Rule = p.fresh()
	}
	return p, s.speak(ctx, p, p.Rule.Survey)
}

// fresh is what a new rule begins with: the only survey and the most frequent event, when there are.
func (p *ruleFormPage) fresh() invite.Rule {
	r := invite.Rule{Trigger: invite.Trigger{Event: ""}, Delay: 120}
	if len(p.Asking) == 1 {
		r.Survey = cx.SurveyID(p.Asking[0].Value)
	}
	if len(p.Events) > 0 {
		r.Trigger.Event = p.Events[0].Event
	}
	return r
}

// speak takes the languages of the survey that is asked, and the words that conditions may be about.
func (s *Server) speak(ctx context.Context, p *ruleFormPage, key cx.SurveyID) error {
	p.Draft = survey.Definition{Languages: []string{"fr", "en"}}
	if one, err := s.Surveys.Survey(ctx, key); err == nil {
		p.Draft.Languages, p.Draft.Name = one.Draft.Languages, one.Draft.Name
	} else if cx.KindOf(err) != cx.NotFound {
		return err
	}
	p.Known = p.conditionWords()
	return nil
}

func (s *Server) serveRuleForm(w http.ResponseWriter, r *http.Request, v *visit) error {
	p, err := s.newRuleFormPage(r.Context(), v, r.PathValue("key"))
	if err != nil {
		return err
	}
	if err := s.fillRuleForm(r.Context(), p, ruleValues(p.surveyRoom, p.Rule), true); err != nil {
		return err
	}
	return s.render(w, r, ruleFormView(p))
}

// fillRuleForm draws the form with what was typed, or with the rule as it is kept.
func (s *Server) fillRuleForm(ctx context.Context, p *ruleFormPage, f url.Values, kept bool) error {
	p.Groups = p.groups(f)
	given, pilot := p.condForm("if", p.Rule.If, ""), p.condForm("pilot", p.Rule.Pilot, "")
	for _, c := range []*condForm{given, pilot} {
		c.What = p.conditionWhat()
		if !kept {
			c.Rows, c.Any = typedRows(f, c.Prefix), f.Get(c.Prefix+"_any") != ""
		}
	}
	p.Groups[2].If, p.Groups[3].If = given, pilot
	p.Wordings = p.wordingLines(f)
	var err error
	p.Shown, err = s.shownWordings(ctx, p, f)
	return err
}

func (s *Server) doRuleForm(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	p, err := s.newRuleFormPage(r.Context(), v, r.PathValue("key"))
	if err != nil {
		return err
	}
	f := r.PostForm
	if err := s.speak(r.Context(), p, cx.SurveyID(f.Get("survey"))); err != nil {
		return err
	}
	lists := map[string]columns{"wordings": wordingColumns(p.Draft.Languages)}
	if moveLines(f, lists) || f.Get("do") == "show" {
		p.Base = baseOf(f)
		if err := s.fillRuleForm(r.Context(), p, f, false); err != nil {
			return err
		}
		return s.render(w, r, ruleFormView(p))
	}
	rule, err := p.readRule(f)
	if err == nil {
		err = s.Invites.SaveRule(r.Context(), v.Viewer.Actor(), rule, baseOf(f))
	} else {
		l := split(err)
		for _, e := range rule.Check() {
			l = append(l, e)
		}
		err = joinOnce(l)
	}
	if err != nil {
		return s.refuseRuleForm(w, r, p, err)
	}
	if err := s.audit(r.Context(), v, "invitation_rule.put", rule.Key); err != nil {
		return err
	}
	s.toast(r, v.Lang.T("invitation.saved"))
	http.Redirect(w, r, ruleAddress(rule.Key), http.StatusSeeOther)
	return nil
}

// refuseRuleForm shows the form as typed, with all that is wrong. Saved again after a conflict, it is kept over what
// another saved.
func (s *Server) refuseRuleForm(w http.ResponseWriter, r *http.Request, p *ruleFormPage, problem error) error {
	l, mine := p.problems(problem)
	if !mine {
		return problem
	}
	if cx.KindOf(problem) != cx.Conflict {
		p.Base = baseOf(r.PostForm)
	}
	if err := s.fillRuleForm(r.Context(), p, r.PostForm, false); err != nil {
		return err
	}
	p.wrong(l)
	return s.renderAs(w, r, api.Status(cx.KindOf(problem)), ruleFormView(p))
}

// wrong puts each problem beside its field.
func (p *ruleFormPage) wrong(l []problem) {
	p.Wrong = len(l)
	for _, one := range p.Wordings.wrong(l) {
		if !p.place(one) {
			p.Problems = append(p.Problems, one)
		}
	}
}

func (p *ruleFormPage) place(one problem) bool {
	for i := range p.Groups {
		g := &p.Groups[i]
		for k := range g.Fields {
			if f := &g.Fields[k]; f.Name == one.Field || f.Name == one.Field+"_fr" {
				f.Error = one.Text
				return true
			}
		}
		if g.If != nil && (g.If.Prefix == one.Field || len(one.Field) > len(g.If.Prefix) && one.Field[:len(g.If.Prefix)+1] == g.If.Prefix+".") {
			g.IfError = one.Text
			return true
		}
	}
	return false
}

// baseOf is the edition a form was made from.
func baseOf(f url.Values) int64 {
	n, err := strconv.ParseInt(f.Get("base"), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// ruleTabs are the faces of a rule: how it goes, its form, its text.
func ruleTabs(v *visit, key, page string) []ui.Tab {
	var tabs []ui.Tab
	if key != "" {
		tabs = append(tabs, ui.Tab{Label: v.Lang.T("rule.tab.report"), Href: ruleAddress(key), Current: page == ""})
	} else {
		key = newRule
	}
	if v.Viewer.May(people.EditStructure) {
		pages := []string{"edit", "yaml"}
		if page == "run" { // of a rule triggered by lists
			pages = append(pages, page)
		}
		for _, one := range pages {
			tabs = append(tabs, ui.Tab{Label: v.Lang.T("rule.tab." + one), Href: ruleAddress(key) + "/" + one, Current: page == one})
		}
	}
	return tabs
}
