package web

import (
	"slices"
	"strings"

	"github.com/a-h/templ"

	"vigie/internal/cx"
	"vigie/internal/web/ui"
)

// encoding is that of a form with which a file may come.
func (p *surveyFormPage) encoding() templ.Attributes {
	if !p.Files {
		return nil
	}
	return templ.Attributes{"enctype": "multipart/form-data"}
}

// surveyTexts asks for a text in every language of the survey, side by side.
func (x *surveyRoom) surveyTexts(name, label string, t cx.Text, kind string) []ui.Field {
	var out []ui.Field
	for _, tag := range x.Draft.Languages {
		out = append(out, ui.Field{Name: name + "_" + tag, Label: x.lang().T("surveys.labelled", "label", label, "lang", strings.ToUpper(tag)), Kind: kind, Value: t[tag], Max: 4000})
	}
	return out
}

// textIn reads such fields; other languages of before stay.
func textIn(f form, name string, tags []string, before cx.Text) cx.Text {
	out := cx.Text{}
	for tag, text := range before {
		if !slices.Contains(tags, tag) {
			out[tag] = text
		}
	}
	for _, tag := range tags {
		if text := strings.TrimSpace(strings.ReplaceAll(f.Get(name+"_"+tag), "\r\n", "\n")); text != "" {
			out[tag] = text
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}
