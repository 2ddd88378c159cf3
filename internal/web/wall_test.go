package web_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"vigie/internal/people"
	"vigie/internal/web"
	"vigie/internal/web/chart"
)

func TestWallShowsTheViewsOfItsAddress(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Director, ""))
	views := func(p page) int { return p.Find("[data-wall-view]").Length() }
	p := b.get("/wall?view=map&view=touchpoint.technician&every=45")
	if views(p) != 2 || p.Find("[data-wall]").AttrOr("data-wall", "") != "45" || p.Find("html").AttrOr("data-theme", "") != "dark" {
		t.Errorf("%d views, %s", views(p), p.Find("[data-wall]").AttrOr("data-wall", ""))
	}
	p.has(t, ".wall", "J’attends le technicien")
	if p.Find(".rail,.me,form").Length() != 0 || p.Find("[data-live]").Length() != 1 {
		t.Errorf("controls on a wall, or parts that ask by themselves: %d", p.Find("[data-live]").Length())
	}
	again := p.Find("[data-wall-stage]").AttrOr("hx-get", "")
	if part := b.get(again); part.Find("h1").Length() != 0 || views(part) != 2 {
		t.Errorf("%s: %d views", again, views(part))
	}
	if n := views(b.get("/wall")); n != 6 {
		t.Errorf("%d views by default", n)
	}
	for _, wrong := range []string{"view=health", "view=touchpoint.none", "every=1", "every=x", "view=none"} {
		if p := b.get("/wall?" + wrong); p.status != 422 {
			t.Errorf("%s: %d", wrong, p.status)
		}
	}
}

func TestWallKeepsTurningWhenOneViewFails(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(d *web.Deps) {
		d.Charts = chart.New(chart.Config{Within: time.Nanosecond}, chart.Deps{Log: slog.New(slog.DiscardHandler)})
	})
	r.company()
	p := r.as(r.user(people.Director, "")).get("/wall?view=heads&view=touchpoint.technician&view=map")
	if p.status != 200 || p.Find("[data-wall-view]").Length() != 3 || p.Find("[data-wall-failed]").Length() != 1 {
		t.Errorf("%d: %d views, %d failed", p.status, p.Find("[data-wall-view]").Length(), p.Find("[data-wall-failed]").Length())
	}
	p.has(t, "[data-wall-failed]", "n’a pas pu")
}

func TestWallSaysThatNobodySpeaks(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(d *web.Deps) { d.Now = func() time.Time { return time.Now().AddDate(0, 0, 3) } })
	r.company()
	p := r.as(r.user(people.Director, "")).get("/wall")
	p.has(t, ".banner", "Aucun retour depuis le")
	if at := p.Find("[data-wall-stage]").AttrOr("data-at", ""); at == "" {
		t.Error("the hour of the picture is not told")
	}
}

func TestWallNamesNobody(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	p := r.as(r.user(people.Director, "")).get("/wall?view=voices")
	if p.Find(".voice").Length() == 0 || strings.Contains(p.body, "Denis") || strings.Contains(p.body, "06 12") || strings.Contains(p.body, "jean.dupont") {
		t.Error("no voices, or somebody is named")
	}
	if n := r.as(r.user(people.Committee, "")).get("/wall").Find(".voice").Length(); n != 0 {
		t.Error("words are shown to who may not read them")
	}
}
