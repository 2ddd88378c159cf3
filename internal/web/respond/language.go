package respond

import (
	"net/http"
	"slices"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"vigie/internal/lang"
	"vigie/internal/listen/survey"
)

// tagOf picks the language to read a survey in: asked for in the address, else the browser's, among those it is written
// in; its default otherwise.
func tagOf(d *survey.Definition, r *http.Request) string {
	if d == nil || len(d.Languages) == 0 {
		if asked := r.URL.Query().Get("lang"); slices.Contains(ours(), asked) {
			return asked
		}
		return lang.Match(r.Header.Get("Accept-Language")).Tag()
	}
	if asked := r.URL.Query().Get("lang"); slices.Contains(d.Languages, asked) {
		return asked
	}
	written := make([]language.Tag, len(d.Languages))
	for i, l := range d.Languages {
		written[i] = language.Make(l)
	}
	wanted, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if err != nil || len(wanted) == 0 {
		return d.Languages[0]
	}
	_, i, sure := language.NewMatcher(written).Match(wanted...)
	if sure == language.No {
		return d.Languages[0]
	}
	return d.Languages[i]
}

// ours are the languages of Vigie's own words.
func ours() []string { return []string{"fr", "en"} }

// spoken gives the language of Vigie's own words beside a survey's: French, else English.
func spoken(tag string) lang.Lang {
	base, _ := language.Make(tag).Base()
	if base.String() == "fr" {
		return lang.For("fr")
	}
	return lang.For("en")
}

// direction of writing.
func direction(tag string) string {
	script, _ := language.Make(tag).Script()
	switch script.String() {
	case "Arab", "Hebr", "Thaa", "Syrc", "Nkoo":
		return "rtl"
	}
	return "ltr"
}

// typeset keeps French signs on the line of the word they follow, however their space was typed.
func typeset(text, tag string) string {
	if base, _ := language.Make(tag).Base(); base.String() != "fr" {
		return text
	}
	return frenchSpaces.Replace(text)
}

var frenchSpaces = strings.NewReplacer(" ?", "\u202f?", " !", "\u202f!", " ;", "\u202f;", " :", "\u202f:", " %", "\u202f%", " »", "\u202f»", "« ", "«\u202f")

// ownName gives a language's name of itself.
func ownName(tag string) string { return display.Self.Name(language.Make(tag)) }
