package web

import (
	"github.com/a-h/templ"

	"vigie/internal/lang"
	"vigie/internal/web/ui"
)

func refusalTitle(l lang.Lang, r *refusedEdit) string {
	if r.Conflict {
		return l.T("journey.refused.conflict")
	}
	return l.T("journey.refused", "count", len(r.Problems))
}

func moveIcon(do string) string {
	return map[string]string{"left": "chevron-left", "right": "chevron-right", "up": "arrow-up", "down": "arrow-down"}[do]
}

// shown gives the first lines of a list, and how many more there are.
func shown(l []changeLine, most int) ([]changeLine, int) {
	if len(l) <= most {
		return l, 0
	}
	return l[:most], len(l) - most
}

func saveLabel(p *touchpointEditPage) string {
	if p.Refused != nil && p.Refused.Conflict {
		return p.lang().T("journey.save.over")
	}
	return p.lang().T("settings.save")
}

func promiseLegend(l lang.Lang, x promiseRow) string {
	if x.French+x.English == "" {
		return l.T("journey.promise.new")
	}
	return l.T("journey.promise.n", "n", x.N+1)
}

func mapActions(p *journeyMapPage) []ui.Button {
	if !p.Edits {
		return nil
	}
	return []ui.Button{{Label: p.lang().T("journey.map.begin"), Href: p.at("edit"), Style: "primary", Icon: "pencil"}}
}

func moodIcon(t ui.Tone) string {
	switch t {
	case ui.Good:
		return "smile"
	case ui.Bad:
		return "frown"
	}
	return "meh"
}

func currentChoice(current bool) templ.Attributes {
	if !current {
		return nil
	}
	return templ.Attributes{"aria-current": "true"}
}
