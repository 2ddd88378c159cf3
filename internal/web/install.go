package web

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"vigie/assets"
	"vigie/internal/web/ui"
)

// installRoutes make the pages installable on a phone: a manifest, a worker that keeps an offline shell, that shell.
func (s *Server) installRoutes() []Route {
	return []Route{
		{"GET", manifestPath, Anyone, s.serveManifest},
		{"GET", workerPath, Anyone, s.serveWorker},
		{"GET", offlinePath, Anyone, s.serveOffline},
	}
}

const (
	manifestPath = "/manifest.webmanifest"
	workerPath   = "/sw.js"
	offlinePath  = "/offline"
)

// beforeSetup tells whether an address answers although nobody was ever added.
func beforeSetup(path string) bool {
	return strings.HasPrefix(path, "/setup") || slices.Contains([]string{manifestPath, workerPath, offlinePath, strengthPath, "/about", "/accessibility"}, path)
}

type manifestIcon struct {
	Src     string `json:"src"`
	Sizes   string `json:"sizes"`
	Type    string `json:"type"`
	Purpose string `json:"purpose,omitempty"`
}

type manifest struct {
	Name       string         `json:"name"`
	ShortName  string         `json:"short_name"`
	Lang       string         `json:"lang"`
	ID         string         `json:"id"`
	Start      string         `json:"start_url"`
	Scope      string         `json:"scope"`
	Display    string         `json:"display"`
	Background string         `json:"background_color"`
	Theme      string         `json:"theme_color"`
	Icons      []manifestIcon `json:"icons"`
}

// serveManifest says how the pages look once installed. Its colours are those of tokens.css, which a manifest cannot read.
func (s *Server) serveManifest(w http.ResponseWriter, r *http.Request, v *visit) error {
	m := manifest{Name: "Vigie", ShortName: "Vigie", Lang: v.Lang.Tag(), ID: "/", Start: "/", Scope: "/", Display: "standalone",
		Background: "#f6f7f9", Theme: "#3246d3", Icons: []manifestIcon{
			{assets.URL("icon-192.png"), "192x192", "image/png", ""},
			{assets.URL("icon-512.png"), "512x512", "image/png", ""},
			{assets.URL("icon-maskable.png"), "512x512", "image/png", "maskable"},
			{assets.URL("icon.svg"), "any", "image/svg+xml", ""},
		}}
	b, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	w.Header().Set("Content-Type", "application/manifest+json")
	_, _ = w.Write(b) // the browser has gone: nobody to tell
	return nil
}

// shell is what the worker keeps, and nothing else.
type shell struct {
	Version string   `json:"version"`
	Page    string   `json:"page"`
	Files   []string `json:"files"`
}

func (s *Server) serveWorker(w http.ResponseWriter, r *http.Request, v *visit) error {
	code, err := assets.File("sw.js")
	if err != nil {
		return fmt.Errorf("worker: %w", err)
	}
	x := shell{Page: offlinePath, Files: []string{offlinePath, assets.URL("app.css"), assets.URL("app.js"), assets.URL("inter.woff2"), assets.URL("icon.svg")}}
	sum := sha256.Sum256([]byte(s.Version + strings.Join(x.Files, " ") + string(code)))
	x.Version = hex.EncodeToString(sum[:5])
	b, err := json.Marshal(x)
	if err != nil {
		return fmt.Errorf("worker: %w", err)
	}
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	_, _ = fmt.Fprintf(w, "self.shell = %s;\n%s", b, code) // the browser has gone: nobody to tell
	return nil
}

// serveOffline is kept in the browser: it names nobody, whoever asks.
func (s *Server) serveOffline(w http.ResponseWriter, r *http.Request, v *visit) error {
	f := ui.Frame{Lang: v.Lang, Theme: v.Theme, Title: v.Lang.T("shell.offline.title")}
	return s.render(w, r, offlineView(f))
}
