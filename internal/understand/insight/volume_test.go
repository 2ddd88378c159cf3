package insight

import (
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/people"
)

// volumes counts by hand.
func (w *world) volumes(scope people.Scope, by []string) map[string]Volume {
	out := map[string]Volume{}
	for _, f := range w.all() {
		if f.State != cx.Live || f.Audience != cx.Customers || !w.allowed(f, scope.Figures()) {
			continue
		}
		var parts []string
		for _, dim := range by {
			parts = append(parts, w.keyOf(f, dim, cx.Metric{}))
		}
		k := strings.Join(parts, "|")
		v := out[k]
		v.N++
		if len(f.Verbatims) > 0 {
			v.Words++
		}
		w.mu.Lock()
		if w.identities[int64(f.ID)] != 0 {
			v.Identified++
		}
		w.mu.Unlock()
		if f.At.After(v.Last) {
			v.Last = f.At.UTC().Truncate(time.Microsecond)
		}
		out[k] = v
	}
	return out
}

func TestVolumesEqualACountByHandInEveryDimension(t *testing.T) {
	w := newWorld(t)
	w.seed(t, 1, 1500)
	i := w.start(t, t.TempDir())
	dims := slices.DeleteFunc(slices.Clone(goldenDims), func(d string) bool { return d == "score" || d == "agent" })
	for name, scope := range map[string]people.Scope{"whole": people.ScopeOf(people.Grant{Role: people.Director}), "north narrowed": narrow1("north")} {
		for n, dim := range dims {
			by := []string{dim, dims[(n+3)%len(dims)]}
			got := map[string]Volume{}
			all, err := i.Volumes(t.Context(), scope, VolumeQuery{By: by})
			if err != nil {
				t.Fatal(by, err)
			}
			for _, v := range all {
				k := v.By[by[0]] + "|" + v.By[by[1]]
				v.By = nil
				sum := got[k]
				v.N, v.Words, v.Identified = v.N+sum.N, v.Words+sum.Words, v.Identified+sum.Identified
				got[k] = v
			}
			if d := gocmp.Diff(w.volumes(scope, by), got); d != "" {
				t.Errorf("%s by %v: %s", name, by, d)
			}
		}
	}
}

func TestVolumesAreRefusedToWhoMayNotSee(t *testing.T) {
	w := newWorld(t)
	w.seed(t, 1, 50)
	i := w.start(t, t.TempDir())
	if _, err := i.Volumes(t.Context(), people.Scope{}, VolumeQuery{}); cx.KindOf(err) != cx.Denied {
		t.Errorf("nobody: %v", err)
	}
	if _, err := i.Volumes(t.Context(), people.ScopeOf(people.Grant{Role: people.Director}), VolumeQuery{By: []string{"agent"}}); cx.KindOf(err) != cx.Denied {
		t.Errorf("by adviser without consultation: %v", err)
	}
	if _, err := i.Volumes(t.Context(), people.ScopeOf(people.Grant{Role: people.Director}), VolumeQuery{By: []string{"score"}}); cx.KindOf(err) != cx.Invalid {
		t.Errorf("by score: %v", err)
	}
	if _, err := i.Volumes(t.Context(), people.ScopeOf(people.Grant{Role: people.Director}), VolumeQuery{By: []string{"attributes.nowhere"}}); cx.KindOf(err) != cx.Invalid {
		t.Errorf("by an attribute nobody projects: %v", err)
	}
}
