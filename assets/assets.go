// Package assets holds what the browser gets (styles, scripts, font), the icons drawn into pages and the charting
// script of the server, all inside the binary. make builds dist; without it the program still compiles and URL gives
// plain names that answer 404. No template and no page lives here.
package assets

import (
	"embed"
	"encoding/json"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

//go:embed all:dist
var dist embed.FS

// Prefix is where Handler is mounted and every URL starts.
const Prefix = "/assets/"

// manifest maps "app.css" to "app.0123456789.css".
var manifest = sync.OnceValue(func() map[string]string {
	m := map[string]string{}
	if b, err := dist.ReadFile("dist/manifest.json"); err == nil {
		if json.Unmarshal(b, &m) != nil {
			return map[string]string{}
		}
	}
	return m
})

// URL gives the address of a built file by its plain name; it changes when the content does.
func URL(name string) string {
	if hashed, ok := manifest()[name]; ok {
		return Prefix + hashed
	}
	return Prefix + name
}

// File gives the content of a built file by its plain name; fs.ErrNotExist when the assets were not built.
func File(name string) ([]byte, error) {
	hashed, ok := manifest()[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return dist.ReadFile("dist/" + hashed)
}

// Built tells whether dist was built into the binary.
func Built() bool { return len(manifest()) > 0 }

// Handler serves the built files under Prefix: hashed names, kept for ever by the browser, compressed beforehand.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		name := strings.TrimPrefix(r.URL.Path, Prefix)
		if !served(name) {
			http.NotFound(w, r)
			return
		}
		serve(w, r, name)
	})
}

// served tells whether name is a hashed name of the manifest.
func served(name string) bool {
	for _, hashed := range manifest() {
		if hashed == name {
			return true
		}
	}
	return false
}

func serve(w http.ResponseWriter, r *http.Request, name string) {
	body, encoding, err := encoded(name, r.Header.Get("Accept-Encoding"))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	tag := `"` + name + encoding + `"`
	h.Set("ETag", tag)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	h.Set("X-Content-Type-Options", "nosniff")
	if strings.Contains(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", contentType(name))
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if encoding != "" {
		h.Set("Content-Encoding", encoding)
	}
	if r.Method == http.MethodGet {
		_, _ = w.Write(body) // the browser has gone: nobody to tell
	}
}

// Plain serves a built file under an address that never changes: kept for an hour, then asked for again.
func Plain(w http.ResponseWriter, r *http.Request, name string) {
	hashed, ok := manifest()[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	serve(hour{w}, r, hashed)
}

// hour is a response kept for an hour.
type hour struct{ http.ResponseWriter }

func (h hour) WriteHeader(status int) {
	h.Header().Set("Cache-Control", "public, max-age=3600")
	h.ResponseWriter.WriteHeader(status)
}

func (h hour) Write(b []byte) (int, error) {
	h.Header().Set("Cache-Control", "public, max-age=3600")
	return h.ResponseWriter.Write(b)
}

// encoded picks the smallest form the browser understands.
func encoded(name, accept string) (body []byte, encoding string, err error) {
	for _, form := range []struct{ encoding, ext string }{{"br", ".br"}, {"gzip", ".gz"}} {
		if !accepts(accept, form.encoding) {
			continue
		}
		if b, err := dist.ReadFile("dist/" + name + form.ext); err == nil {
			return b, form.encoding, nil
		}
	}
	b, err := dist.ReadFile("dist/" + name)
	return b, "", err
}

func accepts(header, encoding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.TrimSpace(name) == encoding {
			q := strings.ReplaceAll(params, " ", "")
			return q != "q=0" && q != "q=0.0" && q != "q=0.00" && q != "q=0.000"
		}
	}
	return false
}

func contentType(name string) string {
	if path.Ext(name) == ".woff2" {
		return "font/woff2"
	}
	return mime.TypeByExtension(path.Ext(name))
}

// Icon gives the inside of an icon's SVG (24 × 24, strokes of currentColor), "" when icons.txt has none of that name
// or the assets were not built.
func Icon(name string) string { return iconSet()[name] }

var iconSet = sync.OnceValue(func() map[string]string {
	set := map[string]string{}
	names, err := fs.Glob(dist, "dist/icons/*.svg")
	if err != nil {
		return set
	}
	for _, n := range names {
		b, err := dist.ReadFile(n)
		if err != nil {
			continue
		}
		set[strings.TrimSuffix(path.Base(n), ".svg")] = inside(string(b))
	}
	return set
})

// inside cuts the <svg> element off and puts the shapes on one line.
func inside(svg string) string {
	start := strings.Index(svg, "<svg")
	if start < 0 {
		return ""
	}
	open := strings.IndexByte(svg[start:], '>')
	end := strings.LastIndex(svg, "</svg>")
	if open < 0 || end < start+open {
		return ""
	}
	return strings.Join(strings.Fields(svg[start+open+1:end]), " ")
}
