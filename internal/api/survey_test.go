package api

import (
	"net/http"
	"strings"
	"testing"
)

func TestASurveyIsWrittenPublishedAndOpened(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		draft := `{"key":"pulse","name":{"fr":"Pouls"},"languages":["fr"],"sections":[{"questions":[
			{"key":"csat","kind":"csat","text":{"fr":"Satisfait ?"},"go":[{"to":"why"}]},{"key":"lost","kind":"text","text":{"fr":"Jamais"}},{"key":"why","kind":"text","text":{"fr":"Pourquoi ?"}}]}]}`
		for _, c := range []struct {
			name, method, path, body string
			status                   int
			says                     string
		}{
			{"a draft may be wrong", "PUT", "/surveys/pulse", draft, http.StatusCreated, `"languages"`},
			{"what nobody meets is named", "POST", "/surveys/pulse/publish", "", http.StatusUnprocessableEntity, "sections[0].questions[1]"},
			{"mended", "PUT", "/surveys/pulse", strings.Replace(draft, `,"go":[{"to":"why"}]`, "", 1), http.StatusOK, `"languages"`},
			{"published", "POST", "/surveys/pulse/publish", "", http.StatusOK, `"version":1`},
			{"listed", "GET", "/surveys/pulse/versions", "", http.StatusOK, `"version":1`},
			{"opened for one", "POST", "/surveys/pulse/responses", `{"language":"fr","channel":"phone","customer":{"email":"zoe@example.org"}}`, http.StatusCreated, `"path":"/s/`},
			{"nobody began", "GET", "/surveys/pulse/answering?from=2026-01-01", "", http.StatusOK, `"begun":0`},
			{"of no version", "GET", "/surveys/pulse/answering?version=x", "", http.StatusBadRequest, "version"},
			{"of one that is not there", "GET", "/surveys/pulse/answering?version=9", "", http.StatusNotFound, ""},
			{"none of that key", "POST", "/surveys/none/responses", `{}`, http.StatusNotFound, ""},
			{"a field unknown", "PUT", "/surveys/pulse", `{"key":"pulse","colour":"red"}`, http.StatusBadRequest, "colour"},
		} {
			r := w.send(c.method, c.path, c.body)
			if r.status != c.status || !strings.Contains(string(r.body), c.says) {
				t.Errorf("%s: %d %s", c.name, r.status, r.body)
			}
		}
	})
}
