package respond

import (
	"net/url"

	"github.com/a-h/templ"
)

// A kiosk is one screen that many people answer on, at /q/{survey}?kiosk=1. Its script goes back to the first screen
// after the thanks, or when nobody touches it any more, and never shows what somebody else answered.

func isKiosk(q url.Values) bool { return q.Get("kiosk") != "" && q.Get("kiosk") != "0" }

// collectedBy is how an answer came when the address does not say.
func collectedBy(q url.Values) string {
	if isKiosk(q) {
		return "kiosk"
	}
	return "web"
}

func (f frame) script() string {
	if f.Kiosk {
		return "kiosk.js"
	}
	return "respond.js"
}

// kiosk gives the script its words.
func (f frame) kiosk() templ.Attributes {
	if !f.Kiosk {
		return nil
	}
	return templ.Attributes{"data-kiosk": true, "data-again": f.L.T("respond.kiosk.again"), "data-idle": f.L.T("respond.kiosk.idle"), "data-stay": f.L.T("respond.kiosk.stay"), "data-thanks": f.L.T("respond.thanks")}
}
