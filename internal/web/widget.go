package web

import (
	"context"
	"net/http"

	"vigie/assets"
	"vigie/internal/cx"
	"vigie/internal/listen/catalogue"
)

// serveWidget gives the script that other sites load. Its address never changes, so it is kept for an hour only.
func (s *Server) serveWidget(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("Access-Control-Allow-Origin", "*") // so that a site may pin its content (integrity)
	assets.Plain(w, r, "w.js")
}

// attributeNamed finds what the catalogue knows of an attribute; when it cannot be read, nothing.
func (s *Server) attributeNamed(ctx context.Context, key cx.AttributeID) (catalogue.Attribute, bool) {
	c, err := s.Catalogue.Present(ctx)
	if err != nil {
		s.log.Error("catalogue not read", "err", err)
		return catalogue.Attribute{}, false
	}
	a, ok := c.Attributes[key]
	return a, ok
}
