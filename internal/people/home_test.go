package people

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

func TestHomeIsEachOnesOwnAndForgotten(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		ctx, s := context.Background(), New(db)
		is := func(user int64, want []string, chosen bool) {
			t.Helper()
			got, yes, err := s.Home(ctx, user)
			if d := cmp.Diff(want, got); d != "" || yes != chosen || err != nil {
				t.Errorf("home of %d: %s, chosen %v, %v", user, d, yes, err)
			}
		}
		is(1, nil, false)
		if err := s.SetHome(ctx, 1, []string{"heads", "moves"}); err != nil {
			t.Fatal(err)
		}
		is(1, []string{"heads", "moves"}, true)
		is(2, nil, false)
		if err := s.SetHome(ctx, 1, []string{}); err != nil {
			t.Fatal(err)
		}
		is(1, []string{}, true)
		kindOf(t, "two words", s.SetHome(ctx, 1, []string{"a b"}), cx.Invalid)
		kindOf(t, "too many", s.SetHome(ctx, 1, strings.Fields(strings.Repeat("a ", 41))), cx.Invalid)
		if err := s.ResetHome(ctx, 1); err != nil {
			t.Fatal(err)
		}
		is(1, nil, false)
	})
}
