package house_test

import (
	"path/filepath"
	"testing"
	"time"

	"vigie/internal/house"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/customer"
	"vigie/internal/listen/invite"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

// What a person forbade after the backup was taken holds after it is restored; what they allowed again, too.
func TestAnObjectionOutlivesARestore(t *testing.T) {
	for name, where := range map[string]func(*testing.T) record.Config{
		"sqlite":   func(t *testing.T) record.Config { return record.Config{Dir: t.TempDir()} },
		"postgres": func(t *testing.T) record.Config { return record.Config{URL: recordtest.PostgresURL(t)} },
	} {
		t.Run(name, func(t *testing.T) {
			ctx, c, dir := t.Context(), where(t), t.TempDir()
			now := time.Now().UTC()
			begin := func(db *record.DB) *house.House {
				h, err := house.New(ctx, house.Config{Dir: dir, Zone: time.UTC, Patience: time.Minute}, house.Deps{DB: db, Now: func() time.Time { return now }})
				must(t, err)
				return h
			}
			db, err := record.Open(ctx, c, record.Deps{})
			must(t, err)
			h := begin(db)
			person := map[string]*collect.Customer{}
			for _, n := range []string{"zoe", "lea", "max", "eve", "tom"} {
				person[n] = &collect.Customer{Email: n + "@example.org"}
				_, err := h.Invites.Receive(ctx, []invite.Happening{{Event: "seen", At: now, Customer: person[n]}})
				must(t, err)
			}
			change := func(h *house.House, who string, to invite.Preference) {
				t.Helper()
				p, err := h.Customers.Find(ctx, people.Whole(), who+"@example.org")
				must(t, err)
				now = now.Add(time.Second)
				must(t, h.Invites.SetPreference(ctx, p.ID, to, "page"))
			}
			change(h, "eve", invite.Preference{Objection: true})
			backup := filepath.Join(t.TempDir(), "backup.sqlite")
			must(t, db.Backup(ctx, backup))
			change(h, "zoe", invite.Preference{Objection: true})
			change(h, "lea", invite.Preference{Off: true})
			change(h, "max", invite.Preference{Channels: map[string]bool{invite.SMS: true}})
			change(h, "eve", invite.Preference{})
			change(h, "tom", invite.Preference{Off: true})
			change(h, "tom", invite.Preference{})
			must(t, h.Invites.Object(ctx, customer.Email, "new@example.org", "letter")) // of nobody yet
			must(t, db.Close())

			db, err = record.Restore(ctx, c, backup, true)
			must(t, err)
			t.Cleanup(func() { _ = db.Close() })
			h = begin(db)
			if n, err := h.Invites.Replay(ctx); err != nil || n != 6 {
				t.Fatal(n, err)
			}
			now = now.Add(time.Hour)
			change(h, "lea", invite.Preference{}) // after the restore: stays when it is replayed again
			if n, err := h.Invites.Replay(ctx); err != nil || n != 0 {
				t.Fatal(n, err)
			}
			_, err = h.Invites.Receive(ctx, []invite.Happening{{Event: "seen", At: now, Customer: &collect.Customer{Email: "new@example.org"}}})
			must(t, err)
			for who, want := range map[string]invite.Preference{"zoe": {Objection: true}, "new": {Objection: true}, "lea": {}, "eve": {}, "tom": {}, "max": {Channels: map[string]bool{invite.SMS: true}}} {
				p, err := h.Customers.Find(ctx, people.Whole(), who+"@example.org")
				must(t, err)
				st, err := h.Invites.StandingOf(ctx, p.ID)
				must(t, err)
				if st.Objection != want.Objection || st.Off != want.Off || st.Preference.Channels[invite.SMS] != want.Channels[invite.SMS] {
					t.Errorf("%s: %+v, want %+v", who, st.Preference, want)
				}
			}
		})
	}
}
