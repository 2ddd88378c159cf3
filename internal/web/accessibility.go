package web

import "net/http"

// statedOn is the day on which the statement was last read against the pages.
const statedOn = "2026-11-22"

// serveAccessibility states how far the pages conform, what was tested, what is known to fail and whom to tell.
func (s *Server) serveAccessibility(w http.ResponseWriter, r *http.Request, v *visit) error {
	l := v.Lang
	p := newTextPage(v, l.T("web.accessibility.title"), "web.accessibility.state", "web.accessibility.tests", "web.accessibility.known", "web.accessibility.contact", "web.accessibility.remedy")
	p.frame.Sub = l.T("web.accessibility.sub", "on", dayWords(v, statedOn))
	contact := &p.Parts[3]
	if v.Settings.Contact != "" {
		contact.Lines = append(contact.Lines, l.T("web.accessibility.write"))
		contact.Mail = v.Settings.Contact
	} else {
		contact.Lines = append(contact.Lines, l.T("web.accessibility.administrator"))
	}
	return s.render(w, r, textView(p))
}
