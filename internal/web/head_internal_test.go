package web

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/web/ui"
)

func TestASparklineBeginsWhereSomethingWasHeard(t *testing.T) {
	t.Parallel()
	none, one, two := ui.SparkPoint{Missing: true}, ui.SparkPoint{Value: 1}, ui.SparkPoint{Value: 2}
	for _, c := range []struct {
		name     string
		in, want []ui.SparkPoint
	}{
		{"silence first", []ui.SparkPoint{none, none, one, none, two}, []ui.SparkPoint{one, none, two}},
		{"heard at once", []ui.SparkPoint{one, two}, []ui.SparkPoint{one, two}},
		{"never heard", []ui.SparkPoint{none, none}, nil},
	} {
		if d := cmp.Diff(c.want, fromFirstKnown(c.in)); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}
