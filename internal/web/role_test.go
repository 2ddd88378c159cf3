package web_test

import (
	"context"
	"testing"

	"vigie/internal/people"
)

func TestAnIndicatorForOthersIsNotOnAnyPage(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	c, err := r.Catalogue.Present(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	fcr := c.Indicators["fcr"]
	fcr.Roles = []string{string(people.Committee)}
	if err := r.Catalogue.PutIndicator(context.Background(), "test", fcr); err != nil {
		t.Fatal(err)
	}
	for role, want := range map[people.Role]int{people.Committee: 200, people.Administrator: 200, people.Director: 404} {
		if got := r.as(r.user(role, "")).get("/touchpoints/technician?indicator=fcr").status; got != want {
			t.Errorf("%s: %d, want %d", role, got, want)
		}
	}
}
