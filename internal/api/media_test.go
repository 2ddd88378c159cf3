package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"vigie/internal/people"
)

// ask sends a request as a role and gives its answer whole.
func (w *world) ask(role people.Role, method, path string, body []byte, header ...string) (*http.Response, []byte) {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.url+"/api/v1"+path, bytes.NewReader(body))
	w.must(err)
	req.Header.Set("Authorization", "Bearer "+w.key(role))
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	w.must(err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	w.must(err)
	return res, b
}

func TestAFileIsSentThenNamedByAFeedback(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		voice := append([]byte{0xff, 0xfb, 0x90, 0}, bytes.Repeat([]byte("voice"), 100)...)
		res, b := w.ask(people.Administrator, "POST", "/media?name=appel.mp3", voice, "Content-Type", "audio/whatever")
		var m MediaItem
		if json.Unmarshal(b, &m) != nil || res.StatusCode != 201 || m.Kind != "audio" || m.Type != "audio/mpeg" || m.Name != "appel.mp3" {
			t.Fatalf("%d %s", res.StatusCode, b)
		}
		sent := fmt.Sprintf(`{"source":"telephony","source_id":"7","at":%q,"unit":"lille","media":[%q]}`, time.Now().UTC().Format(time.RFC3339), m.ID)
		var receipt Receipt
		for _, want := range []int{201, 200} {
			res, b := w.ask(people.Administrator, "POST", "/feedbacks", []byte(sent), "Content-Type", "application/json")
			if json.Unmarshal(b, &receipt) != nil || res.StatusCode != want {
				t.Fatalf("%d %s", res.StatusCode, b)
			}
		}
		if res, b := w.ask(people.Administrator, "POST", "/feedbacks", []byte(strings.Replace(sent, `"7"`, `"8"`, 1)), "Content-Type", "application/json"); res.StatusCode != 422 || !strings.Contains(string(b), "media[0]") {
			t.Errorf("%d %s", res.StatusCode, b)
		}
		address := fmt.Sprint("/feedbacks/", receipt.ID)
		var f Feedback
		if _, b := w.ask(people.Administrator, "GET", address, nil); json.Unmarshal(b, &f) != nil || len(f.Media) != 1 || f.Media[0] != m {
			t.Errorf("%s", b)
		}
		address += "/media/" + string(m.ID)
		res, b = w.ask(people.Administrator, "GET", address, nil)
		if !bytes.Equal(b, voice) || res.Header.Get("Content-Type") != "audio/mpeg" || res.Header.Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(res.Header.Get("Content-Disposition"), "attachment") {
			t.Errorf("%d bytes, %v", len(b), res.Header)
		}
		if res, b := w.ask(people.Administrator, "GET", address, nil, "Range", "bytes=4-8"); res.StatusCode != 206 || string(b) != "voice" {
			t.Errorf("%d %q", res.StatusCode, b)
		}
		for _, path := range []string{address + "x", "/feedbacks/999/media/" + string(m.ID)} {
			if res, _ := w.ask(people.Administrator, "GET", path, nil); res.StatusCode != 404 {
				t.Errorf("%s: %d", path, res.StatusCode)
			}
		}
		if res, _ := w.ask(people.Source, "GET", address, nil); res.StatusCode != 403 {
			t.Errorf("a source reads: %d", res.StatusCode)
		}
		if res, b := w.ask(people.Administrator, "POST", "/media", []byte("MZ\x90\x00")); res.StatusCode != 422 {
			t.Errorf("%d %s", res.StatusCode, b)
		}
		if res, _ := w.ask(people.Administrator, "DELETE", fmt.Sprint("/feedbacks/", receipt.ID), nil); res.StatusCode != 204 {
			t.Errorf("%d", res.StatusCode)
		}
		if res, _ := w.ask(people.Administrator, "GET", address, nil); res.StatusCode != 404 {
			t.Errorf("%d after the erasure", res.StatusCode)
		}
	})
}
