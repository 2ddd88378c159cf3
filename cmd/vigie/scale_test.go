package main

import (
	"net/http"
	"testing"
)

func TestAScaleIsFixedByTheFirstAnswerOnIt(t *testing.T) {
	t.Parallel()
	data := folder(t)
	c := caller{key: administrator(t, "--data", data)}
	c.address = serve(t, "--data", data).address
	scale := func(most string) string {
		return `{"key":"effort","name":{"en":"Effort"},"min":0,"max":` + most + `,"direction":"lower"}`
	}
	c.must(t, "PUT", "/api/v1/metrics/effort", scale("5"), nil)
	c.must(t, "PUT", "/api/v1/metrics/effort", scale("7"), nil)
	c.must(t, "POST", "/api/v1/feedbacks", `{"source":"shop","source_id":"1","at":"2026-03-01T10:00:00Z","scores":{"effort":6}}`, nil)
	if r, b := c.ask(t, "PUT", "/api/v1/metrics/effort", scale("9")); r.StatusCode != http.StatusConflict {
		t.Errorf("after an answer: %s %s", r.Status, b)
	}
	c.must(t, "PUT", "/api/v1/metrics/effort", `{"key":"effort","name":{"en":"Customer effort"},"min":0,"max":7,"direction":"lower"}`, nil)
}
