package main

import (
	"path/filepath"
	"testing"

	"vigie/internal/record/recordtest"
)

// What a person forbade after the backup was taken holds once `vigie restore` put the backup in the place of what was there.
func TestARestoreAsksNobodyWhoObjectedMeanwhile(t *testing.T) {
	t.Parallel()
	for name, where := range map[string]func(*testing.T) []string{
		"sqlite": func(t *testing.T) []string { return []string{"--data", folder(t)} },
		"postgres": func(t *testing.T) []string {
			return []string{"--data", folder(t), "--database", recordtest.PostgresURL(t)}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := where(t)
			key := administrator(t, data...)
			s := serve(t, data...)
			c := caller{s.address, key}
			c.must(t, "PUT", "/api/v1/surveys/pulse", `{"name":{"fr":"Pouls"},"languages":["fr"],"sections":[{"questions":[{"key":"csat","kind":"csat","text":{"fr":"Satisfait ?"}}]}]}`, nil)
			c.must(t, "POST", "/api/v1/surveys/pulse/publish", "", nil)
			object := func(email string) { c.must(t, "POST", "/api/v1/objections", `{"email":"`+email+`"}`, nil) }
			for _, who := range []string{"before", "zoe", "lea"} {
				c.must(t, "POST", "/api/v1/events", `{"event":"seen","at":"2026-03-01T10:00:00Z","customer":{"email":"`+who+`@example.org"}}`, nil)
			}
			object("before@example.org")
			file := filepath.Join(t.TempDir(), "backup")
			vigie(t, append([]string{"backup", file}, data...)...)
			object("zoe@example.org")
			object("new@example.org") // of nobody yet
			s.kill()
			vigie(t, append([]string{"restore", file, "--replace"}, data...)...)
			vigie(t, append([]string{"restore", file, "--replace"}, data...)...) // and once more
			c.address = serve(t, data...).address
			for who, why := range map[string]string{"before": "objection", "zoe": "objection", "new": "objection", "lea": ""} {
				var asked struct{ State, Why string }
				c.must(t, "POST", "/api/v1/invitations", `{"survey":"pulse","customer":{"email":"`+who+`@example.org"}}`, &asked)
				if asked.Why != why || (asked.State == "refused") != (why != "") {
					t.Errorf("%s: %+v, want %q", who, asked, why)
				}
			}
		})
	}
}
