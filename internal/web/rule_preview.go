package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"vigie/internal/channel/sms"
	"vigie/internal/cx"
	"vigie/internal/listen/invite"
	"vigie/internal/web/ui"
)

// ruleShown is one wording as it would be received, in one language.
type ruleShown struct {
	Title string
	Lang  string
	From  string
	invite.Drawn
	SMSSize string
	Wide    string // what makes a short message longer than it looks
}

// shownWordings draws the wordings typed; without any, the house's words.
func (s *Server) shownWordings(ctx context.Context, p *ruleFormPage, f url.Values) ([]ruleShown, error) {
	one, err := s.Surveys.Survey(ctx, cx.SurveyID(f.Get("survey")))
	if cx.KindOf(err) == cx.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	d := one.Draft
	if one.Version > 0 {
		v, err := s.Surveys.Published(ctx, d.Key, 0)
		if err != nil {
			return nil, err
		}
		d = v.Definition
	}
	_, channels, err := s.channelsSet(ctx)
	if err != nil {
		return nil, err
	}
	base := channels.Base
	if base == "" {
		base = "https://avis.example.org"
	}
	wordings := typedWordings(f, p.Draft.Languages, nil)
	if len(wordings) == 0 {
		wordings = []invite.Wording{{}}
	}
	var out []ruleShown
	for _, w := range wordings {
		for _, tag := range d.Languages {
			x := invite.Sample{Wording: w, Survey: &d, Tag: tag, House: p.Settings.Name, Base: base, Name: p.lang().T("rule.preview.name")}
			shown := ruleShown{Lang: tag, From: p.Settings.Name, Drawn: x.Draw(), Title: strings.ToUpper(tag)}
			if w.Key != "" {
				shown.Title = p.lang().T("surveys.labelled", "label", p.lang().T("lines.one", "label", p.lang().T("rule.wording"), "n", w.Key), "lang", strings.ToUpper(tag))
			}
			if m := channels.Mail; m != nil {
				shown.From = strings.TrimSpace(m.From.Name + " <" + m.From.Email + ">")
			}
			size := sms.Measure(shown.SMS)
			shown.SMSSize = p.lang().T("rule.preview.size", "count", size.Parts, "units", p.lang().Int(int64(size.Units)))
			if size.Wide {
				shown.Wide = p.lang().T("rule.preview.wide", "which", strings.Join(strings.Split(size.Culprits, ""), " "))
			}
			out = append(out, shown)
		}
	}
	return out, nil
}

// serveRulePreview draws the wordings as they are being typed; nothing is kept.
func (s *Server) serveRulePreview(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	p, err := s.newRuleFormPage(r.Context(), v, r.PathValue("key"))
	if err != nil {
		return err
	}
	if err := s.speak(r.Context(), p, cx.SurveyID(r.PostForm.Get("survey"))); err != nil {
		return err
	}
	if p.Shown, err = s.shownWordings(r.Context(), p, r.PostForm); err != nil {
		return err
	}
	return s.render(w, r, rulePreview(p))
}

// noSurvey leads to what comes first.
func (p *ruleFormPage) noSurvey() ui.State {
	l := p.lang()
	return ui.State{Title: l.T("rule.no_survey"), Text: l.T("rule.no_survey.text"), Actions: []ui.Button{{Label: l.T("rule.no_survey.do"), Href: "/listen/surveys", Style: "primary"}}}
}

// channelTrouble tells that messages cannot leave yet by what the rule asks by; "" when they can.
func (p *ruleFormPage) channelTrouble() string {
	l := p.lang()
	by := p.Rule.Channels
	switch {
	case p.Channels.none():
		return l.T("rule.no_channel")
	case len(by) == 1 && by[0] == invite.SMS && !p.Channels.SMS:
		return l.T("rule.no_sms")
	case len(by) == 1 && by[0] == invite.Email && !p.Channels.Mail:
		return l.T("rule.no_mail")
	}
	return ""
}

func (p *ruleFormPage) formAddress() string {
	if p.Key == "" {
		return ruleAddress(newRule) + "/edit"
	}
	return ruleAddress(p.Key) + "/edit"
}

func (p *ruleFormPage) previewAddress() string {
	return strings.TrimSuffix(p.formAddress(), "edit") + "preview"
}

func (p *ruleFormPage) backAddress() string {
	if p.Key == "" {
		return "/listen/rules"
	}
	return ruleAddress(p.Key)
}
