package web

import (
	"context"
	"errors"

	"github.com/a-h/templ"

	"vigie/internal/cx"
	"vigie/internal/lang"
	"vigie/internal/web/ui"
)

// liveAttributes make a part of a page fetch itself when figures move.
func liveAttributes(l *ui.Live) templ.Attributes {
	if l == nil || l.URL == "" {
		return nil
	}
	a := templ.Attributes{"data-live": l.Events, "hx-get": l.URL, "hx-trigger": "live", "hx-swap": "outerHTML"}
	if l.Hold {
		a["data-hold"] = true
	}
	return a
}

// blockReason says why a block is missing, when a person can do something about it.
func blockReason(l lang.Lang, err error) string {
	switch {
	case cx.KindOf(err) == cx.Unavailable:
		return l.Error(err)
	case errors.Is(err, context.DeadlineExceeded):
		return l.T("web.unavailable.text")
	}
	return l.T("web.failed.text")
}

func startActions(l lang.Lang, s *startBlock) []ui.Button {
	var out []ui.Button
	if s.MayImport {
		out = append(out, ui.Button{Label: l.T("cockpit.start.import"), Href: importsAt, Style: "primary", Icon: "upload"})
	}
	if s.MayAdd {
		out = append(out, ui.Button{Label: l.T("cockpit.start.addkey"), Href: "/settings/keys", Icon: "key"},
			ui.Button{Label: l.T("cockpit.start.see"), Href: "/journeys", Style: "quiet"})
	}
	return out
}

func journeyActions(l lang.Lang, s *startBlock) []ui.Button {
	if !s.MayAdd {
		return nil
	}
	out := []ui.Button{{Label: l.T("cockpit.start.pick"), Href: "/listen/journeys/new", Style: "primary", Icon: "route"}}
	if s.MayImport {
		out = append(out, ui.Button{Label: l.T("cockpit.start.fromfile"), Href: "/listen/imports", Style: "quiet", Icon: "upload"})
	}
	return out
}
