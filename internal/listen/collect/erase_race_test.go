package collect_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vigie/internal/listen/collect"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

// A feedback of the person, and one that brings another identity, arrive when the erasure has read what it is to erase
// and has not yet noted it.
func TestWhatArrivesDuringAnErasureIsErasedAndNoted(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		h, dir := newHouse(db), t.TempDir()
		var arrive func()
		h.now = func() time.Time {
			if now := arrive; now != nil {
				arrive = nil
				now()
			}
			return today
		}
		d := start(t, h, collect.Config{Dir: dir, Sweep: time.Hour})
		of := func(n int, email string) collect.Incoming {
			in := feedback(n)
			in.Customer = &collect.Customer{Ref: "C1", Email: email}
			return in
		}
		put(t, d, of(1, ""))
		late := []collect.Incoming{of(2, ""), of(3, "late@example.org")}
		arrive = func() {
			for _, in := range late {
				put(t, d, in)
			}
		}
		if err := d.ErasePerson(ctx, whois(t, h, d, "C1")); err != nil {
			t.Fatal(err)
		}
		for _, in := range late {
			if out := put(t, d, in); out.Verdict != collect.Gone {
				t.Errorf("%s sent again is %s", in.SourceID, out.Verdict)
			}
		}
		if got := noted(t, db, dir); got != "feedback 3, identity 2" {
			t.Errorf("the log holds %s", got)
		}
	})
}

// noted counts the lines of the log.
func noted(t *testing.T, db *record.DB, dir string) string {
	t.Helper()
	if db.Dialect() == record.SQLite {
		b, err := os.ReadFile(filepath.Join(dir, collect.ErasuresFile))
		if err != nil {
			t.Fatal(err)
		}
		return counted(strings.Count(string(b), " feedback "), strings.Count(string(b), " identity "))
	}
	var feedbacks, identities int
	err := db.QueryRow(ctx, `SELECT COUNT(*) FILTER (WHERE what = 'feedback'), COUNT(*) FILTER (WHERE what = 'identity') FROM erasure`).Scan(&feedbacks, &identities)
	if err != nil {
		t.Fatal(err)
	}
	return counted(feedbacks, identities)
}

func counted(feedbacks, identities int) string {
	return fmt.Sprintf("feedback %d, identity %d", feedbacks, identities)
}
