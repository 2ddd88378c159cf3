package ui

import (
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"vigie/internal/lang"
)

func themeAttr(theme string) templ.Attributes {
	if theme == "light" || theme == "dark" {
		return templ.Attributes{"data-theme": theme}
	}
	return nil
}

func liveAttr(url string) templ.Attributes {
	if url == "" {
		return nil
	}
	return templ.Attributes{"data-live-url": url}
}

func currentAttr(current bool) templ.Attributes {
	if !current {
		return nil
	}
	return templ.Attributes{"aria-current": "page"}
}

// live gives the attributes of a part that fetches itself when one of the events happens.
func live(l *Live) templ.Attributes {
	if l == nil || l.URL == "" {
		return nil
	}
	a := templ.Attributes{"data-live": l.Events, "hx-get": l.URL, "hx-trigger": "live", "hx-swap": "outerHTML"}
	if l.Hold {
		a["data-hold"] = true
	}
	return a
}

// Live makes a part of the page fetch itself.
type Live struct {
	URL    string // gives the part alone, drawn anew
	Events string // names of the stream's events, one space between: "figure feedback"
	Hold   bool   // wait while the pointer or the focus is inside: for lists
}

func pressed(yes bool) string {
	if yes {
		return "true"
	}
	return "false"
}

func themeName(l lang.Lang, theme string) string {
	switch theme {
	case "light":
		return l.T("ui.theme.light")
	case "dark":
		return l.T("ui.theme.dark")
	}
	return l.T("ui.theme.system")
}

// imgAttr makes a drawing an image with a name, or decoration when it has none.
func imgAttr(label string) templ.Attributes {
	if label == "" {
		return templ.Attributes{"aria-hidden": "true"}
	}
	return templ.Attributes{"role": "img", "aria-label": label}
}

func idAttr(id string) templ.Attributes {
	if id == "" {
		return nil
	}
	return templ.Attributes{"id": id}
}

func langAttr(tag string) templ.Attributes {
	if tag == "" {
		return nil
	}
	return templ.Attributes{"lang": tag}
}

func trueAttr(current bool) templ.Attributes {
	if !current {
		return nil
	}
	return templ.Attributes{"aria-current": "true"}
}

func sortAttr(sort string) templ.Attributes {
	if sort == "" {
		return nil
	}
	return templ.Attributes{"aria-sort": sort}
}

func buttonAttr(b Button) templ.Attributes {
	a := templ.Attributes{}
	if b.Type != "" {
		a["type"] = b.Type
	}
	if b.Disabled {
		a["disabled"] = true
	}
	if b.Says != "" {
		a["aria-label"] = b.Says
	}
	if b.Name != "" {
		a["name"], a["value"] = b.Name, b.Value
	}
	return a
}

// fieldAttr gives what a control needs beyond its name and value, its hint and error tied to it.
func fieldAttr(f Field) templ.Attributes {
	a := templ.Attributes{}
	described := ""
	if f.Hint != "" {
		described = f.id() + "-hint"
	}
	if f.Error != "" {
		a["aria-invalid"] = "true"
		described = strings.TrimSpace(described + " " + f.id() + "-err")
	}
	if described != "" {
		a["aria-describedby"] = described
	}
	for name, value := range map[string]string{"autocomplete": f.Autocomplete, "pattern": f.Pattern, "accept": f.Accept} {
		if value != "" {
			a[name] = value
		}
	}
	if f.proposes() {
		a["list"] = f.id() + "-list"
	}
	if f.Find != "" {
		a["hx-get"], a["hx-trigger"], a["hx-target"], a["hx-params"] = f.Find, "input changed delay:200ms", "#"+f.id()+"-list", f.Name
	}
	if f.Strength != "" {
		a["hx-post"], a["hx-trigger"], a["hx-target"], a["hx-include"] = f.Strength, "input changed delay:300ms", "#"+f.id()+"-strength", "closest form"
		a["hx-sync"] = "this:replace"
	}
	if f.Max > 0 {
		a["maxlength"] = strconv.Itoa(f.Max)
	}
	if f.Required {
		a["required"] = true
	}
	if f.Autofocus {
		a["autofocus"] = true
	}
	return a
}

// proposes tells whether a text comes with a list of what it may be.
func (f Field) proposes() bool { return f.Find != "" || f.Kind != "select" && len(f.Options) > 0 }

func (f Field) kind() string {
	if f.Kind == "" {
		return "text"
	}
	return f.Kind
}

func orOne(value string) string {
	if value == "" {
		return "1"
	}
	return value
}

func numeric(columns []Column, i int) bool { return i < len(columns) && columns[i].Numeric }

func noticeIcon(t Tone) string {
	switch t {
	case Good:
		return "circle-check"
	case Watch:
		return "triangle-alert"
	case Bad:
		return "circle-alert"
	}
	return "info"
}

func noticeRole(t Tone) string {
	if t == Bad {
		return "alert"
	}
	return "status"
}
