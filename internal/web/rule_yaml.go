package web

import (
	"context"
	"net/http"
	"strings"

	"vigie/internal/api"
	"vigie/internal/cx"
	"vigie/internal/listen/invite"
	"vigie/internal/web/ui"
)

// ruleYAMLPage is a rule as text.
type ruleYAMLPage struct {
	visit *visit
	frame ui.Frame
	Key   string // "": a new one
	Text  string
	Error string
}

const ruleExample = `key: apres-livraison
name: {fr: Après livraison, en: After delivery}
survey: livraison
trigger: {event: order.delivered}
delay: 120            # minutes
sampling: {share: 50} # percent
channels: [email, sms]
wordings:
  - key: a
    subject: {fr: Votre commande est arrivée. Et vous ?}
pilot: {attribute: unit, in: [lyon]}
reminders: [4]        # days
`

// exampleOfRule asks a survey that is published here, when there is one.
func (s *Server) exampleOfRule(ctx context.Context) (string, error) {
	all, err := s.Surveys.Present(ctx)
	for _, one := range all {
		if one.Version > 0 && !one.Archived {
			return strings.Replace(ruleExample, "survey: livraison", "survey: "+string(one.Draft.Key), 1), err
		}
	}
	return ruleExample, err
}

func (s *Server) newRuleYAMLPage(ctx context.Context, v *visit, key string) (*ruleYAMLPage, error) {
	p := &ruleYAMLPage{visit: v}
	title := v.Lang.T("invitation.rule.new")
	if key == newRule {
		text, err := s.exampleOfRule(ctx)
		if err != nil {
			return nil, err
		}
		p.Text = text
	} else {
		k, err := s.Invites.Rule(ctx, key)
		if err != nil {
			return nil, err
		}
		text, err := k.Rule.YAML()
		if err != nil {
			return nil, err
		}
		p.Key, p.Text, title = key, string(text), v.Lang.Text(k.Name)
	}
	p.frame = v.frame(title, ui.SectionListen)
	p.frame.Crumb = []ui.Link{{Label: v.Lang.T("invitation.rules"), Href: "/listen/rules"}}
	return p, nil
}

func (s *Server) serveRuleYAML(w http.ResponseWriter, r *http.Request, v *visit) error {
	p, err := s.newRuleYAMLPage(r.Context(), v, r.PathValue("key"))
	if err != nil {
		return err
	}
	return s.render(w, r, ruleYAMLView(p))
}

func (s *Server) doSaveInviteRule(w http.ResponseWriter, r *http.Request, v *visit) error {
	text, err := readYAML(w, r)
	if err != nil {
		return err
	}
	key := r.PathValue("key")
	rule, err := invite.ParseRule([]byte(text))
	if err == nil && key != newRule && rule.Key != key {
		err = cx.Fail(cx.Invalid, "key", "invite.other_key", "key", rule.Key)
	}
	if err == nil {
		base := int64(-1)
		if key == newRule {
			base = 0
		}
		err = s.Invites.SaveRule(r.Context(), v.Viewer.Actor(), rule, base)
	}
	if err != nil {
		return s.refuseRule(w, r, v, text, err)
	}
	if err := s.audit(r.Context(), v, "invitation_rule.put", rule.Key); err != nil {
		return err
	}
	s.toast(r, v.Lang.T("invitation.saved"))
	http.Redirect(w, r, ruleAddress(rule.Key), http.StatusSeeOther)
	return nil
}

// refuseRule shows the definition as typed, with all that is wrong.
func (s *Server) refuseRule(w http.ResponseWriter, r *http.Request, v *visit, text string, problem error) error {
	if kind := cx.KindOf(problem); kind == cx.Internal || kind == cx.Unavailable {
		return problem
	}
	p, err := s.newRuleYAMLPage(r.Context(), v, r.PathValue("key"))
	if err != nil {
		return err
	}
	p.Text, p.Error = text, v.Lang.Error(problem)
	return s.renderAs(w, r, api.Status(cx.KindOf(problem)), ruleYAMLView(p))
}

func (p *ruleYAMLPage) address() string {
	if p.Key == "" {
		return ruleAddress(newRule)
	}
	return ruleAddress(p.Key)
}
