package web

import (
	"vigie/internal/listen/survey"
	"vigie/internal/picture"
	"vigie/internal/web/ui"
)

// surveyLogo is the logo of a survey as one theme shows it.
type surveyLogo struct{ Theme, Address, Says string }

// logoSeen shows the logo on the light and the dark page; nothing without one.
func (x *surveyRoom) logoSeen() []surveyLogo {
	b := x.Draft.Theme.Picture()
	if b == nil {
		return nil
	}
	var out []surveyLogo
	for _, theme := range []string{"light", "dark"} {
		seen, err := picture.On(b, theme == "dark")
		if err != nil {
			return nil // what is kept was drawn by us
		}
		out = append(out, surveyLogo{Theme: theme, Address: picture.DataURL(seen), Says: x.lang().T("brand.theme." + theme)})
	}
	return out
}

func (x *surveyRoom) logoFields() []ui.Field {
	l, t := x.lang(), x.Draft.Theme
	f := []ui.Field{{Name: "file", Kind: "file", Label: l.T("brand.logo.file"), Accept: "image/png,image/jpeg,image/webp", Hint: l.T("surveys.field.logo.hint")},
		{Name: "logo", Kind: "select", Label: l.T("surveys.field.logo"), Options: []ui.Option{{Value: "", Label: l.T("surveys.logo.shown")}, {Value: "none", Label: l.T("surveys.logo.none"), Selected: t.NoLogo}}}}
	if t.Logo != "" {
		f[1].Options = append(f[1].Options, ui.Option{Value: "remove", Label: l.T("surveys.logo.remove")})
	}
	return append(f, x.surveyTexts("logo_alt", l.T("surveys.field.logo_alt"), t.LogoAlt, "")...)
}

// readSurveyLogo makes of a theme what the form says of its logo; the picture itself came as a file.
func readSurveyLogo(f form, tags []string, t *survey.Theme) {
	t.NoLogo = f.Get("logo") == "none"
	t.LogoAlt = textIn(f, "logo_alt", tags, t.LogoAlt)
	if f.Get("logo") == "remove" {
		t.Logo = ""
	}
	if t.Logo == "" {
		t.LogoAlt = nil
	}
}
