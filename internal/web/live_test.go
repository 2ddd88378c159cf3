package web_test

import (
	"bufio"
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"vigie/internal/listen/collect"
	"vigie/internal/people"
	"vigie/internal/web"
)

// listen opens the stream and gives its events, one "event id" a string.
func (b *browser) listen(ctx context.Context, path, last string) <-chan string {
	b.t.Helper()
	req, err := http.NewRequestWithContext(ctx, "GET", b.r.http.URL+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	if last != "" {
		req.Header.Set("Last-Event-ID", last)
	}
	res, err := b.c.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	if got := res.Header.Get("Content-Type"); got != "text/event-stream" {
		b.t.Fatalf("stream is %s (%d)", got, res.StatusCode)
	}
	out := make(chan string, 100)
	go func() {
		defer close(out)
		defer res.Body.Close()
		event := ""
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			switch line := lines.Text(); {
			case strings.HasPrefix(line, "event: "):
				event = line[7:]
			case strings.HasPrefix(line, "id: "):
				out <- event + " " + line[4:]
			case strings.HasPrefix(line, ": "):
				out <- line
			}
		}
	}()
	return out
}

func next(t *testing.T, events <-chan string) string {
	t.Helper()
	select {
	case e, ok := <-events:
		if !ok {
			return "over"
		}
		return e
	case <-time.After(time.Minute):
		t.Fatal("nothing comes")
		return ""
	}
}

func TestAnAnswerIsToldToOpenPagesAndIsThere(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Director, ""))
	events := b.listen(t.Context(), "/live", "")
	r.send(collect.Incoming{At: time.Now().Add(-time.Second), Touchpoint: "technician", Unit: "lille", Scores: collect.Scores{"csat": 1}, Verbatim: "Une girafe est passée."})
	e := next(t, events)
	if !strings.HasPrefix(e, "changed ") {
		t.Fatalf("event %q", e)
	}
	b.get("/cockpit?part=voices").has(t, ".voice", "Une girafe est passée")
	b.get("/cockpit?part=map").has(t, ".tp", "n 271")

	behind := b.listen(t.Context(), "/live", "1")
	if got := next(t, behind); got != e {
		t.Errorf("who comes back hears %q, not %q", got, e)
	}
}

func TestStreamGivesSignsOfLifeAndEndsForWhoIsShutOut(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(d *web.Deps) { d.Live.Heartbeat = 20 * time.Millisecond })
	u := r.user(people.Director, "")
	b := r.as(u)
	events := b.listen(t.Context(), "/live", "")
	if got := next(t, events); got != ": here" {
		t.Errorf("sign of life %q", got)
	}
	if err := r.People.DisableUser(t.Context(), u.ID, true); err != nil {
		t.Fatal(err)
	}
	over := time.After(time.Minute)
	for {
		select {
		case _, open := <-events:
			if !open {
				return
			}
		case <-over:
			t.Fatal("a disabled user still hears")
		}
	}
}

func TestStreamsAreCappedAndEndWithTheServer(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(d *web.Deps) { d.Live.Streams = 1 })
	b := r.as(r.user(people.Director, ""))
	events := b.listen(t.Context(), "/live", "")
	if p := b.get("/live"); p.status != http.StatusServiceUnavailable {
		t.Errorf("one stream too many: %d", p.status)
	}
	r.server.Stop()
	r.server.Stop()
	if got := next(t, events); got != "over" {
		t.Errorf("after stop: %q", got)
	}
	if p := r.browser().get("/live"); p.status != http.StatusUnauthorized {
		t.Errorf("nobody's stream: %d", p.status)
	}
}

func TestFirstFeedbackTakesThePlaceOfTheFirstSteps(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	if err := r.Journeys.Put(t.Context(), "test", theJourney()); err != nil {
		t.Fatal(err)
	}
	r.settle()
	b := r.as(r.user(people.Administrator, ""))
	part := b.get("/").Find(".start[data-live]").AttrOr("hx-get", "")
	if p := b.get(part); p.Find(".start").Length() != 1 || !strings.Contains(p.body, r.http.URL+"/api/v1/feedbacks") {
		t.Errorf("%s shows %.200s", part, p.body)
	}
	r.send(collect.Incoming{At: time.Now().Add(-time.Second), Touchpoint: "technician", Scores: collect.Scores{"csat": 4}})
	r.settle()
	if p := b.get(part); p.Find(".start").Length() != 0 || p.Find(".heads .head").Length() == 0 {
		t.Errorf("after the first feedback: %.200s", p.body)
	}
}
