package web

import (
	"net/http"

	"vigie/internal/web/ui"
)

// devRoutes are for those who build pages; a server in production has none of them.
func (s *Server) devRoutes() []Route {
	if !s.Dev {
		return nil
	}
	return []Route{
		{"GET", "/dev/ui", 0, s.serveGallery},
		{"GET", "/dev/ui/live", 0, s.serveLive},
	}
}

// serveGallery shows every component in use, in every state; frame=bare and frame=wall the other layouts.
func (s *Server) serveGallery(w http.ResponseWriter, r *http.Request, v *visit) error {
	theme := r.URL.Query().Get("theme")
	if theme == "" {
		theme = v.Theme
	}
	return s.render(w, r, ui.GalleryIn(r.URL.Query().Get("frame"), v.Lang, theme))
}
