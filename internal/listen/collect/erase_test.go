package collect_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/customer"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

var ctx = context.Background()

// secretive is a feedback whose words and person can be looked for in files.
func secretive(n int) collect.Incoming {
	in := feedback(n)
	in.Verbatim = fmt.Sprintf("mot-secret-%d %s", n, strings.Repeat("fuite-de-gaz ", n%400)) // up to overflow pages
	in.Customer = &collect.Customer{Ref: fmt.Sprint("REF-secret-", n/2), Email: fmt.Sprintf("secret-%d@example.org", n/2), Name: fmt.Sprint("Secret Nom ", n/2),
		Attributes: map[string]any{"hobby": fmt.Sprint("secret-voile-", n/2)}}
	if n%5 == 0 {
		in.Touchpoint = fmt.Sprint("point-secret-", n)
	}
	return in
}

func TestNoByteOfTheErasedIsLeftInAnyFile(t *testing.T) {
	dir := t.TempDir()
	db, err := record.Open(ctx, record.Config{Dir: dir}, record.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	h := newHouse(db)
	d := start(t, h, collect.Config{Dir: dir})
	people := 1000
	if testing.Short() {
		people = 100
	}
	var persons []cx.PersonID
	for n := range 2 * people {
		out := put(t, d, secretive(n))
		put(t, d, feedback(n+100_000))
		if n%7 == 0 {
			amend(t, d, out.ID, collect.Amendment{Verbatim: word(fmt.Sprint("mot-secret-amended ", strings.Repeat("x", 3000)))})
		}
		if n%2 == 0 {
			persons = append(persons, whois(t, h, d, fmt.Sprint("REF-secret-", n/2)))
		}
	}
	if left := findInFiles(t, dir, "secret"); left == "" {
		t.Fatal("the search finds nothing even before erasing")
	}
	for _, p := range persons {
		if err := d.ErasePerson(ctx, p); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Compact(ctx); err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"secret-", "Secret", "fuite-de-gaz"} {
		if left := findInFiles(t, dir, word); left != "" {
			t.Errorf("%s is left in %s", word, left)
		}
	}
	for n := range 2 * people {
		if out := put(t, d, secretive(n)); out.Verdict != collect.Gone {
			t.Fatalf("sent again: %+v", out)
		}
	}
	if left := findInFiles(t, dir, "secret-"); left != "" {
		t.Errorf("brought back into %s", left)
	}
}

func findInFiles(t *testing.T, dir, word string) string {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if at := bytes.Index(b, []byte(word)); at >= 0 {
			return fmt.Sprintf("%s: %q", f.Name(), b[max(0, at-40):min(len(b), at+40)])
		}
	}
	return ""
}

func whois(t *testing.T, h *house, d *collect.Door, typed string) cx.PersonID {
	t.Helper()
	p, err := h.customers.Find(ctx, people.Whole(), typed)
	if err != nil {
		t.Fatal(typed, err)
	}
	return p.ID
}

func amend(t *testing.T, d *collect.Door, id cx.FeedbackID, a collect.Amendment) cx.Feedback {
	t.Helper()
	f, err := d.Amend(ctx, id, a)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestAnErasedPersonStaysErasedAndTheSameAddressIsSomebodyNew(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		d, h := open(t, db)
		mine := feedback(1)
		mine.Customer = &collect.Customer{Email: "a@example.org", Name: "Anne"}
		first := put(t, d, mine)
		other := put(t, d, feedback(2))
		person := whois(t, h, d, "a@example.org")
		before, err := db.Head(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.ErasePerson(ctx, person); err != nil {
			t.Fatal(err)
		}
		if events := eventsAfter(t, db, before); events != "1/4 2/4" {
			t.Errorf("published %s", events)
		}
		if got, err := d.Feedbacks(ctx, people.Whole(), []cx.FeedbackID{first.ID, other.ID}); err != nil || len(got) != 1 || got[0].ID != other.ID {
			t.Errorf("%+v %v", got, err)
		}
		if out := put(t, d, mine); out.Verdict != collect.Gone || out.ID != first.ID {
			t.Errorf("sent again: %+v", out)
		}
		if _, err := h.customers.Find(ctx, people.Whole(), "a@example.org"); cx.KindOf(err) != cx.NotFound {
			t.Errorf("found again: %v", err)
		}
		again := feedback(3)
		again.Customer = &collect.Customer{Email: "a@example.org"}
		put(t, d, again)
		if p := whois(t, h, d, "a@example.org"); p == person {
			t.Errorf("the new person has the old number %d", p)
		}
		if err := d.ErasePerson(ctx, person); cx.KindOf(err) != cx.NotFound {
			t.Errorf("erased twice: %v", err)
		}
		if err := d.Erase(ctx, first.ID); cx.KindOf(err) != cx.NotFound {
			t.Errorf("feedback erased twice: %v", err)
		}
	})
}

// eventsAfter writes the events of subjects feedback and customer as subject/kind.
func eventsAfter(t *testing.T, db *record.DB, p record.Position) string {
	t.Helper()
	entries, err := db.Feed(ctx, p, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		if e.Subject != record.Structure {
			out = append(out, fmt.Sprintf("%d/%d", e.Subject, e.Kind))
		}
	}
	return strings.Join(out, " ")
}

func TestARestoredBackupErasesAgainWhatWasErasedSince(t *testing.T) {
	dir := t.TempDir()
	db, err := record.Open(ctx, record.Config{Dir: dir}, record.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	h := newHouse(db)
	now := today
	deps := h.deps()
	deps.Now = func() time.Time { return now }
	h.customers = customer.New(customer.Config{}, customer.Deps{DB: db, Now: deps.Now})
	deps.Customers = h.customers
	d, err := collect.New(collect.Config{Dir: dir}, deps)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Start(ctx); err != nil {
		t.Fatal(err)
	}
	in := secretive(1)
	put(t, d, in)
	alone := put(t, d, secretive(3))
	put(t, d, feedback(9))
	backup := filepath.Join(t.TempDir(), "backup.sqlite")
	if err := db.Backup(ctx, backup); err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Hour)
	cut := []byte("2026-01-01T00:00:00Z feedback 00") // by a crash
	if err := os.WriteFile(filepath.Join(dir, collect.ErasuresFile), cut, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := d.ErasePerson(ctx, whois(t, h, d, in.Customer.Email)); err != nil {
		t.Fatal(err)
	}
	if err := d.Erase(ctx, alone.ID); err != nil {
		t.Fatal(err)
	}
	d.Stop()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	restored, err := record.Restore(ctx, record.Config{Dir: dir}, backup, true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = restored.Close() })
	h = newHouse(restored)
	d = start(t, h, collect.Config{Dir: dir})
	if out := put(t, d, in); out.Verdict != collect.Duplicate {
		t.Fatalf("the backup does not hold what was erased since: %+v", out)
	}
	if _, err := d.ReplayErasures(ctx); err != nil {
		t.Fatal(err)
	}
	if a, b := put(t, d, in), put(t, d, secretive(3)); a.Verdict != collect.Gone || b.Verdict != collect.Gone {
		t.Errorf("after replay: %+v %+v", a, b)
	}
	if _, err := h.customers.Find(ctx, people.Whole(), in.Customer.Email); cx.KindOf(err) != cx.NotFound {
		t.Errorf("the person is back: %v", err)
	}
	if n, err := d.Count(ctx); err != nil || n[cx.Live] != 1 || n[cx.Erased] != 2 {
		t.Errorf("count %v %v", n, err)
	}
}
