package demo

import (
	"context"
	"testing"
	"time"

	"vigie/internal/cx"
	"vigie/internal/house"
	"vigie/internal/listen/collect"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

// rooms gives what the demo needs of the house, its door open.
func rooms(t testing.TB, db *record.DB, clock func() time.Time) Deps {
	t.Helper()
	h, err := house.New(t.Context(), house.Config{Dir: t.TempDir()}, house.Deps{DB: db, Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.StartDoor(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Stop)
	return Deps{At: h.At, People: h.People, Journeys: h.Journeys, Catalogue: h.Catalogue, Circumstances: h.Circumstances, Surveys: h.Surveys, Views: h.Views, Door: h.Door, Now: clock}.filled()
}

func TestInstalledOnceWhateverTheStarts(t *testing.T) {
	s, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now() // accounts are dated by the clock of the wall
	at := start
	all := 0
	s.Feedbacks(at, func(collect.Incoming) bool { all++; return true })
	d := rooms(t, recordtest.SQLite(t), func() time.Time { return at })
	d.At = nil // of its feedback alone
	began := time.Now()
	in, err := s.Install(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d feedbacks in %s", in.Sent, time.Since(began))
	if in.Sent != all || in.Known != 0 || in.Already {
		t.Errorf("%+v, %d told", in, all)
	}
	checkHouse(t, s, d, all)
	at = start.Add(26 * time.Hour)
	again, err := s.Install(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	if !again.Already || again.Sent < 100 || again.Sent > 600 {
		t.Errorf("a day later: %+v", again)
	}
	if n := live(t, d); n != int64(all+again.Sent) {
		t.Errorf("%d feedbacks in the record", n)
	}
}

func live(t *testing.T, d Deps) int64 {
	t.Helper()
	n, err := d.Door.Count(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if n[cx.Quarantined] != 0 {
		t.Errorf("%d in quarantine", n[cx.Quarantined])
	}
	return n[cx.Live]
}

func checkHouse(t *testing.T, s *Story, d Deps, told int) {
	t.Helper()
	if n := live(t, d); n != int64(told) {
		t.Errorf("%d feedbacks in the record, %d told", n, told)
	}
	users, err := d.People.Users(t.Context())
	if err != nil || len(users) != len(s.Cast())-1 {
		t.Errorf("%d users of a cast of %d, %v", len(users), len(s.Cast()), err)
	}
	j, err := d.Journeys.Present(t.Context())
	passing := 0
	for _, c := range s.file.Atlas {
		passing += len(c.Passing)
	}
	if err != nil || len(j.Touchpoints()) != len(s.points)+passing {
		t.Errorf("%d touchpoints: %v", len(j.Touchpoints()), err)
	}
	o, err := d.People.Present(t.Context())
	if err != nil || len(o.Units()) != len(s.Units()) {
		t.Errorf("units: %v", err)
	}
	c, err := d.Catalogue.Present(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if i := c.Indicators["nps_relational"]; i.Objective == nil || *i.Objective != 28 {
		t.Errorf("relational NPS aims at %v", i.Objective)
	}
}

func TestInstallInterruptedGoesOnWithNothingTwice(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		s, err := Load()
		if err != nil {
			t.Fatal(err)
		}
		s.file.Company.Days, s.file.Volumes.Customers = 40, 9_000 // a short story
		at := time.Now()
		d := rooms(t, db, func() time.Time { return at })
		d.At = nil // of its feedback alone
		if err := s.found(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		n := 0
		half, err := send(t.Context(), d, func(yield func(collect.Incoming) bool) {
			s.Feedbacks(at, func(in collect.Incoming) bool { n++; return n <= 5_000 && yield(in) })
		})
		if err != nil || half.Sent != 5_000 {
			t.Fatalf("%+v, %v", half, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := s.Install(ctx, d); err == nil {
			t.Error("an install without time left succeeded")
		}
		rest, err := s.Install(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		if rest.Known != 5_000 || live(t, d) != int64(rest.Sent+rest.Known) {
			t.Errorf("%+v", rest)
		}
	})
}

func TestDripSendsOneFeedbackAtATimeUntilStopped(t *testing.T) {
	s, _ := told()
	d := rooms(t, recordtest.SQLite(t), func() time.Time { return now })
	if err := s.found(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	p, err := NewDrip(DripConfig{Every: time.Millisecond}, d, s)
	if err != nil {
		t.Fatal(err)
	}
	p.Stop()
	if err := p.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if p.Start(t.Context()) == nil {
		t.Error("started twice")
	}
	deadline := time.Now().Add(20 * time.Second)
	for live(t, d) < 5 && time.Now().Before(deadline) {
	}
	p.Stop()
	p.Stop()
	n := live(t, d)
	if n < 5 {
		t.Errorf("%d feedbacks", n)
	}
	if again := live(t, d); again != n {
		t.Errorf("%d feedbacks after Stop, then %d", n, again)
	}
}

// Whoever scans the code of the demo answers a survey whose scores are counted where the cockpit shows them.
func TestItsSurveysArePublishedForItsTouchpoints(t *testing.T) {
	s, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	d := rooms(t, recordtest.SQLite(t), time.Now)
	if err := s.found(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if err := s.ask(t.Context(), d); err != nil {
		t.Fatal("asked again:", err)
	}
	all, err := s.Surveys()
	if err != nil || len(all) == 0 {
		t.Fatal(err)
	}
	places, err := d.Journeys.Touchpoints(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range all {
		v, err := d.Surveys.Published(t.Context(), x.Key, 0)
		if err != nil || v.N != 1 {
			t.Errorf("%s: version %d, %v", x.Key, v.N, err)
		}
		if _, known := places[x.Touchpoint]; x.Touchpoint != "" && !known {
			t.Errorf("%s asks about %s, which is on no journey", x.Key, x.Touchpoint)
		}
	}
}
