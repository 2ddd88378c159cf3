package lang

import (
	"errors"
	"fmt"
	"regexp"
	"time"

	"golang.org/x/text/language"

	"vigie/internal/cx"
)

// Lang is a language to render in. The zero value is French. It may be copied and compared.
type Lang struct {
	tag      string
	customer string // one of CustomerWords
}

// For gives the language of a tag ("fr", "en", "en-GB"); French for any other.
func For(tag string) Lang {
	base, sure := language.Make(tag).Base()
	for _, t := range Tags() {
		if sure == language.Exact && t == base.String() { // x/text guesses English for no tag at all
			return Lang{tag: t}
		}
	}
	return Lang{tag: "fr"}
}

// Match picks a language from an Accept-Language header.
func Match(header string) Lang {
	matcher := language.NewMatcher([]language.Tag{language.French, language.English})
	tags, _, err := language.ParseAcceptLanguage(header)
	if err != nil || len(tags) == 0 {
		return For("fr")
	}
	tag, _, _ := matcher.Match(tags...)
	return For(tag.String())
}

// Tags lists the languages, the default first.
func Tags() []string { return []string{"fr", "en"} }

// Tag gives "fr" or "en": the value of the lang attribute.
func (l Lang) Tag() string {
	if l.tag == "" {
		return "fr"
	}
	return l.tag
}

// Name gives the language's own name of itself.
func (l Lang) Name() string {
	if l.tag == "en" {
		return "English"
	}
	return "Français"
}

var placeholder = regexp.MustCompile(`\{([a-z][a-z0-9_]*)\}`)

// T renders a message. args are pairs name, value: numbers, dates, texts and errors are written in the language, the
// argument "count" chooses the plural form. An unknown id comes out as ⟨id⟩, a missing argument as its {name}.
func (l Lang) T(id string, args ...any) string {
	values := make(map[string]any, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		values[fmt.Sprint(args[i])] = args[i+1]
	}
	return l.render(id, values)
}

// Has tells whether a message exists.
func (l Lang) Has(id string) bool {
	_, ok := catalogues().messages[l.Tag()][id]
	return ok
}

func (l Lang) render(id string, values map[string]any) string {
	m, ok := catalogues().messages[l.Tag()][id]
	if !ok {
		return "⟨" + id + "⟩"
	}
	return placeholder.ReplaceAllStringFunc(l.called(m.pick(l.Tag(), values["count"])), func(p string) string {
		v, ok := values[p[1:len(p)-1]]
		if !ok {
			return p
		}
		return l.value(v)
	})
}

// value writes one argument. A fraction keeps at most two decimals; who wants otherwise formats it first.
func (l Lang) value(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case nil:
		return ""
	case cx.Text:
		return l.Text(v)
	case time.Time:
		return l.Date(v)
	case time.Duration:
		return l.Span(v)
	case float64:
		return l.Short(v, 2)
	case float32:
		return l.Short(float64(v), 2)
	case error:
		return l.Error(v)
	}
	if f, ok := asFloat(v); ok {
		return l.Int(int64(f))
	}
	return fmt.Sprint(v)
}

// Text gives a text of the organisation in this language, else in another it has.
func (l Lang) Text(t cx.Text) string { return t.In(l.Tag()) }

// Error says what happened in words a person understands. An error without a code says only that something broke:
// its own text is for the log.
func (l Lang) Error(err error) string {
	if err == nil {
		return ""
	}
	e, ok := errors.AsType[*cx.Error](err)
	if !ok || e.Code == "" {
		return l.T("lang.internal")
	}
	return l.render(e.Code, e.Args)
}
