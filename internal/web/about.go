package web

import (
	"net/http"

	"vigie/internal/web/ui"
)

// aboutRoutes are the pages that anybody may read.
func (s *Server) aboutRoutes() []Route {
	return []Route{
		{"GET", "/about", Anyone, s.serveAbout},
		{"GET", "/accessibility", Anyone, s.serveAccessibility},
	}
}

// textPage is a page of paragraphs.
type textPage struct {
	frame ui.Frame
	bare  bool
	Parts []textPart
}

type textPart struct {
	Title string
	Lines []string
	Mail  string // an address to write to; ""
}

func newTextPage(v *visit, title string, ids ...string) *textPage {
	p := &textPage{frame: v.frame(title, ""), bare: !v.signedIn()}
	for _, id := range ids {
		part := textPart{Title: v.Lang.T(id)}
		for _, n := range []string{".1", ".2", ".3", ".4"} {
			if v.Lang.Has(id + n) {
				part.Lines = append(part.Lines, v.Lang.T(id+n))
			}
		}
		p.Parts = append(p.Parts, part)
	}
	return p
}

func (s *Server) serveAbout(w http.ResponseWriter, r *http.Request, v *visit) error {
	p := newTextPage(v, v.Lang.T("web.about.title"), "web.about.what", "web.about.marks", "web.about.figures")
	if s.Version != "" {
		p.frame.Sub = "Vigie " + s.Version
	}
	return s.render(w, r, textView(p))
}
