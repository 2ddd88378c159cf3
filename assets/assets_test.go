package assets

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func get(t *testing.T, path string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	return w.Result()
}

func TestUnknownNamesAreNotFound(t *testing.T) {
	for _, path := range []string{"/assets/", "/assets/manifest.json", "/assets/app.css", "/assets/../assets.go", "/assets/.keep", "/other"} {
		if got := get(t, path); got.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, got.StatusCode)
		}
	}
}

func TestFilesAreKeptForEverAndCompressed(t *testing.T) {
	if !Built() {
		t.Skip("the assets are not built: run make assets")
	}
	plain := get(t, URL("app.css"))
	body, _ := io.ReadAll(plain.Body)
	if plain.StatusCode != 200 || !strings.Contains(string(body), "--accent") || plain.Header.Get("Content-Encoding") != "" {
		t.Fatalf("plain: %d %v", plain.StatusCode, plain.Header)
	}
	if got := plain.Header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
		t.Error(got)
	}
	zipped := get(t, URL("app.css"), "Accept-Encoding", "gzip, br;q=0")
	z, err := gzip.NewReader(zipped.Body)
	if err != nil {
		t.Fatal(err)
	}
	same, _ := io.ReadAll(z)
	if string(same) != string(body) {
		t.Error("gzip holds another file")
	}
	if got := get(t, URL("app.css"), "Accept-Encoding", "gzip, br").Header.Get("Content-Encoding"); got != "br" {
		t.Errorf("encoding %q", got)
	}
	again := get(t, URL("app.css"), "If-None-Match", plain.Header.Get("ETag"))
	if again.StatusCode != http.StatusNotModified {
		t.Errorf("again: %d", again.StatusCode)
	}
	if got := get(t, URL("inter.woff2")).Header.Get("Content-Type"); got != "font/woff2" {
		t.Error(got)
	}
}

// A page weighs less than 150 KB before interaction, and the explorer's library less than 190 KB.
func TestWeightsHold(t *testing.T) {
	if !Built() {
		t.Skip("the assets are not built: run make assets")
	}
	page := 0
	for _, name := range []string{"app.css", "app.js", "inter.woff2"} {
		page += weight(t, name)
	}
	if page > 100_000 {
		t.Errorf("every page loads %d bytes", page)
	}
	if got := weight(t, "chart.js"); got > 190_000 {
		t.Errorf("chart.js weighs %d bytes", got)
	}
}

func weight(t *testing.T, name string) int {
	t.Helper()
	b, err := io.ReadAll(get(t, URL(name), "Accept-Encoding", "gzip, br").Body)
	if err != nil || len(b) == 0 {
		t.Fatalf("%s: %d bytes, %v", name, len(b), err)
	}
	return len(b)
}

func TestAScriptNeverEvaluatesText(t *testing.T) {
	if !Built() {
		t.Skip("the assets are not built: run make assets")
	}
	b, err := File("app.js")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(b), "allowEval:!1") {
		t.Error("htmx may evaluate")
	}
}

func TestIconsAreShapesOnly(t *testing.T) {
	if !Built() {
		t.Skip("the assets are not built: run make assets")
	}
	if got := Icon("sun"); !strings.HasPrefix(got, "<circle") || strings.Contains(got, "<svg") {
		t.Error(got)
	}
	if got := Icon("no-such"); got != "" {
		t.Error(got)
	}
	for name, body := range iconSet() {
		if body == "" || strings.Contains(body, "script") {
			t.Errorf("%s: %q", name, body)
		}
	}
}
