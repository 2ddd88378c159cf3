package web

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/lang"
	"vigie/internal/web/ui"
)

// textPair asks for a text in both languages: fields name_fr and name_en.
func textPair(l lang.Lang, name, label string, t cx.Text, kind string) []ui.Field {
	var out []ui.Field
	for _, tag := range lang.Tags() {
		out = append(out, ui.Field{Name: name + "_" + tag, Label: l.T("journey.labelled", "label", label, "lang", l.T("journey.in."+tag)), Kind: kind, Value: t[tag], Max: 2000})
	}
	return out
}

// typedText reads a textPair; other languages of before stay.
func typedText(f form, name string, before cx.Text) cx.Text {
	out := maps.Clone(before)
	for _, tag := range lang.Tags() {
		text := strings.TrimSpace(strings.ReplaceAll(f.Get(name+"_"+tag), "\r\n", "\n"))
		switch {
		case text == "":
			delete(out, tag)
		case out == nil:
			out = cx.Text{tag: text}
		default:
			out[tag] = text
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// typedLines reads a list, one a line.
func typedLines(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

// typedNumber reads a number as people write it: "82,5", "1 200", "−3". nil for nothing.
func typedNumber(field, text string) (*float64, error) {
	text = strings.NewReplacer(" ", "", "\u202f", "", "\u00a0", "", "%", "", ",", ".", "\u2212", "-", "+", "").Replace(strings.TrimSpace(text))
	if text == "" {
		return nil, nil
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || v != v || v > 1e15 || v < -1e15 {
		return nil, cx.Fail(cx.Invalid, field, "journey.number", "value", text)
	}
	return &v, nil
}

// writtenNumber is how typedNumber is given back: with the language's own decimal sign.
func writtenNumber(l lang.Lang, v *float64) string {
	if v == nil {
		return ""
	}
	text := strconv.FormatFloat(*v, 'f', -1, 64)
	if l.Tag() == "fr" {
		return strings.ReplaceAll(text, ".", ",")
	}
	return text
}

// retyped puts what was typed back in the fields, and what is wrong beside them.
func retyped(fields []ui.Field, r *http.Request, problems []problem) []ui.Field {
	fields = slices.Clone(fields)
	for n := range fields {
		f := &fields[n]
		typed := r.PostForm.Get(f.Name)
		switch f.Kind {
		case "checkbox":
			f.Checked = typed != ""
		case "select":
			f.Options = slices.Clone(f.Options)
			for k := range f.Options {
				f.Options[k].Selected = f.Options[k].Value == typed
			}
		default:
			f.Value = typed
		}
		for _, p := range problems {
			if p.Field == f.Name || p.Field == strings.TrimSuffix(strings.TrimSuffix(f.Name, "_fr"), "_en") && strings.HasSuffix(f.Name, "_fr") {
				f.Error = p.Text
				break
			}
		}
	}
	return fields
}
