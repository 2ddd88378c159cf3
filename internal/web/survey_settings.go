package web

import (
	"cmp"
	"net/http"
	"net/url"
	"strings"

	"vigie/internal/colour"
	"vigie/internal/cx"
	"vigie/internal/listen/survey"
	"vigie/internal/picture"
	"vigie/internal/web/ui"
)

func (x *surveyRoom) newSettingsPage() *surveyFormPage {
	l, d := x.lang(), &x.Draft
	p := &surveyFormPage{surveyRoom: x, frame: x.page(x.name()), Tab: "settings", Action: x.at("settings"), Back: x.at(""), Files: true}
	names := append(x.surveyTexts("name", l.T("surveys.field.name"), d.Name, ""), x.surveyTexts("title", l.T("surveys.field.title"), d.Title, "")...)
	names = append(names, ui.Field{Name: "languages", Label: l.T("surveys.field.languages"), Value: strings.Join(d.Languages, ", "), Required: true, Hint: l.T("surveys.field.languages.hint")})
	p.Groups = []surveyGroup{{Title: l.T("surveys.group.name"), Pairs: true, Fields: names},
		{Title: l.T("surveys.group.about"), Pairs: true, Fields: x.aboutFields()},
		{Title: l.T("surveys.group.welcome"), Note: l.T("surveys.group.welcome.note"), Pairs: true, Fields: x.welcomeFields()},
		{Title: l.T("surveys.group.look"), Pairs: true, Fields: x.lookFields(), Contrast: contrastsOf(l, d.Theme.Accent, "")},
		{Title: l.T("surveys.group.logo"), Note: l.T("surveys.group.logo.note"), Pairs: true, Fields: x.logoFields(), Logo: x.logoSeen()},
		{Title: l.T("surveys.group.review"), Note: l.T("surveys.group.review.note"), Pairs: true, Fields: x.reviewFields()}}
	return p
}

// surveyChoice is a select whose words are those of a family.
func (x *surveyRoom) surveyChoice(name, label, chosen string, values ...string) ui.Field {
	f := ui.Field{Name: name, Kind: "select", Label: x.lang().T(label)}
	for _, v := range values {
		f.Options = append(f.Options, ui.Option{Value: v, Label: x.lang().T("surveys." + name + "." + cmp.Or(v, "none")), Selected: v == chosen})
	}
	return f
}

func (x *surveyRoom) aboutFields() []ui.Field {
	l, d := x.lang(), &x.Draft
	return []ui.Field{x.surveyChoice("program", "surveys.field.program", string(d.Program), "", "transactional", "relational", "spontaneous"),
		x.surveyChoice("audience", "surveys.field.audience", string(d.Audience), "", "customer", "employee"),
		{Name: "touchpoint", Kind: "select", Label: l.T("surveys.field.touchpoint"), Options: x.touchpointOptions(d.Touchpoint)},
		{Name: "topic", Label: l.T("surveys.field.topic"), Value: d.Topic, Max: 64, Hint: l.T("surveys.field.topic.hint")},
		x.surveyChoice("delay", "surveys.field.delay", string(d.Delay), "", "hot", "cold"),
		x.surveyChoice("privacy", "surveys.field.privacy", string(d.Privacy), "", "confidential", "anonymous"),
		{Name: "edit_days", Kind: "number", Label: l.T("surveys.field.edit_days"), Value: count(d.EditDays), Hint: l.T("surveys.field.edit_days.hint")}}
}

func (x *surveyRoom) welcomeFields() []ui.Field {
	l, w := x.lang(), &x.Draft.Welcome
	f := append(x.surveyTexts("who", l.T("surveys.field.who"), w.Who, ""), x.surveyTexts("why", l.T("surveys.field.why"), w.Why, "textarea")...)
	bases := []string{""}
	for _, b := range survey.Bases {
		bases = append(bases, string(b))
	}
	return append(f, x.surveyChoice("basis", "surveys.field.basis", string(w.Basis), bases...),
		ui.Field{Name: "contact", Label: l.T("surveys.field.contact"), Value: w.Contact, Max: 200, Hint: l.T("surveys.field.contact.hint")},
		ui.Field{Name: "seconds", Kind: "number", Label: l.T("surveys.field.seconds"), Value: count(w.Seconds), Hint: l.T("surveys.field.seconds.hint")})
}

func (x *surveyRoom) lookFields() []ui.Field {
	l, d := x.lang(), &x.Draft
	f := []ui.Field{x.surveyChoice("display", "surveys.field.display", string(d.Display), "", "screens", "whole"),
		{Name: "accent", Label: l.T("surveys.field.accent"), Value: d.Theme.Accent, Max: 7, Hint: l.T("surveys.field.accent.hint")},
	}
	return f
}

func (x *surveyRoom) reviewFields() []ui.Field {
	l := x.lang()
	review := survey.Review{}
	if x.Draft.Review != nil {
		review = *x.Draft.Review
	}
	var f []ui.Field
	f = append(f, ui.Field{Name: "review", Kind: "url", Label: l.T("surveys.field.review"), Value: review.Address, Hint: l.T("surveys.field.review.hint"), Max: 500})
	return append(f, x.surveyTexts("review_text", l.T("surveys.field.review_text"), review.Text, "")...)
}

// readSettings makes of a survey what its settings say.
func readSettings(f url.Values, d *survey.Definition) error {
	c, tags := &collector{}, d.Languages
	d.Name, d.Title = textIn(f, "name", tags, d.Name), textIn(f, "title", tags, d.Title)
	d.Languages = strings.FieldsFunc(strings.ToLower(f.Get("languages")), func(r rune) bool { return r == ',' || r == ' ' || r == ';' })
	d.Program, d.Audience, d.Touchpoint = cx.Program(f.Get("program")), cx.Audience(f.Get("audience")), cx.TouchpointID(f.Get("touchpoint"))
	d.Topic, d.Delay, d.Privacy = strings.TrimSpace(f.Get("topic")), survey.Delay(f.Get("delay")), survey.Privacy(f.Get("privacy"))
	d.EditDays, d.Display = int(c.orZero(f, "edit_days")), survey.Display(f.Get("display"))
	w := &d.Welcome
	w.Who, w.Why = textIn(f, "who", tags, w.Who), textIn(f, "why", tags, w.Why)
	w.Basis, w.Contact, w.Seconds = survey.Basis(f.Get("basis")), strings.TrimSpace(f.Get("contact")), int(c.orZero(f, "seconds"))
	readSurveyLogo(f, tags, &d.Theme)
	d.Theme.Accent = strings.ToLower(strings.TrimSpace(f.Get("accent")))
	if err := colour.Light().Check("accent", d.Theme.Accent); err != nil {
		c.l = append(c.l, err)
	}
	review := survey.Review{Address: strings.TrimSpace(f.Get("review"))}
	if d.Review != nil {
		review.Text = d.Review.Text
	}
	review.Text = textIn(f, "review_text", tags, review.Text)
	if d.Review = nil; review.Address != "" || review.Text != nil {
		d.Review = &review
	}
	return c.err()
}

func (s *Server) serveSurveySettings(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, err := s.surveyRoom(r, v)
	if err != nil {
		return err
	}
	return s.render(w, r, surveyFormView(x.newSettingsPage()))
}

func (s *Server) doSurveySettings(w http.ResponseWriter, r *http.Request, v *visit) error {
	_, logo, err := readUpload(w, r)
	if err != nil {
		return err
	}
	x, err := s.surveyRoom(r, v)
	if err != nil {
		return err
	}
	err = s.rewrite(r, x, func(d *survey.Definition) error {
		if len(logo) > 0 {
			d.Theme.Logo = picture.DataURL(logo)
		}
		return readSettings(r.PostForm, d)
	})
	return s.formKept(w, r, x.newSettingsPage(), err)
}

// formKept answers a form of a survey: on to the survey, or the form again.
func (s *Server) formKept(w http.ResponseWriter, r *http.Request, p *surveyFormPage, err error) error {
	if err != nil {
		return s.refuseSurveyForm(w, r, p, err)
	}
	s.toast(r, p.lang().T("settings.saved"))
	http.Redirect(w, r, p.at(""), http.StatusSeeOther)
	return nil
}
