package demo

import (
	"testing"
	"time"

	"vigie/internal/listen/invite"
	"vigie/internal/people"
	"vigie/internal/record/recordtest"
)

func TestXXX(t *testing.T) {
	s, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	s.file.Company.Days, s.file.Volumes.Customers = 40, 9_000 // a short story
	at := time.Now()
	d := rooms(t, recordtest.SQLite(t), func() time.Time { return at })
	began := time.Now()
	if _, err := s.Install(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	t.Log(time.Since(began))
	h, err := d.At(time.Now)
	if err != nil {
		t.Fatal(err)
	}
	l, err := h.Invites.Counts(t.Context(), people.Whole(), "rule", 0)
	if err != nil {
		t.Fatal(err)
	}
	sum := map[string]int{}
	for _, c := range l {
		sum[c.State.String()+" "+string(c.Why)] += c.N
		t.Log(c)
	}
	for k, v := range sum {
		t.Log(k, v)
	}
	_ = invite.Sent
}
