package insight

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/record"
)

// reader keeps all listings they were ever shown, week after week, with their names: what they know of a text is when it was
// shown under which name.
type watcher struct {
	seen map[int64]string // answer → its history
}

// watch looks at the listings of one week. A listing has no number on a page: those of one name are one to who looks.
func (w *watcher) watch(week int, all []Listing) {
	for _, l := range all {
		for _, id := range l.IDs {
			w.seen[int64(id)] += fmt.Sprintf("%d:%s/%v/%s/%s/%d ", week, l.Touchpoint, l.Mixed, l.Unit, l.Grain, l.Bucket)
		}
	}
}

// crowds gives the texts that nothing tells apart.
func (w *watcher) crowds() map[string][]int64 {
	out := map[string][]int64{}
	for id, history := range w.seen {
		out[history] = append(out[history], id)
	}
	return out
}

func TestWhoeverHasAllListingsAttachesNoTextToFewerThanFive(t *testing.T) {
	first := time.Date(2025, 1, 6, 0, 0, 0, 0, time.UTC)
	for seed := range uint64(60) {
		t.Run(fmt.Sprint("company ", seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 11))
			shape := &structure{zone: time.UTC}
			if err := shape.addUnits(testUnits()); err != nil {
				t.Fatal(err)
			}
			var all []writing
			for id := range int64(40 + r.IntN(300)) {
				week := first.AddDate(0, 0, 7*r.IntN(50))
				w := writing{id: id + 1, touchpoint: pick(r, "", "a", "b"), unit: pick(r, "", "lille", "arras", "nice", "saint-denis", "north", "lost"), month: int64(monthOf(week)),
					arrived: int64(dayOf(week)), respondent: r.Int64N(int64(5 + r.IntN(200)))}
				if r.IntN(5) == 0 {
					w.arrived += 7 * int64(r.IntN(30)) // brought late
				}
				all = append(all, w)
			}
			kept, eye, listed, shown := map[int64]int{}, &watcher{seen: map[int64]string{}}, []Listing(nil), 0
			for week := range 130 {
				today := int64(dayOf(first.AddDate(0, 0, 7*week+r.IntN(7))))
				if r.IntN(40) == 0 { // a unit moves
					u := shape.units["lille"]
					u.Parent = pick[cx.UnitID](r, "south", "north", "")
					moved := *shape
					moved.units = map[cx.UnitID]people.Unit{}
					for k, v := range shape.units {
						moved.units[k] = v
					}
					moved.units["lille"] = u
					shape = &moved
				}
				var there []writing
				for _, w := range all {
					if _, is := kept[w.id]; w.arrived <= today && !is {
						there = append(there, w)
					}
				}
				if r.IntN(3) > 0 { // nobody looks every week
					for _, l := range gather(shape, today, there) {
						for _, id := range l.IDs {
							if was, twice := kept[int64(id)]; twice {
								t.Fatalf("answer %d is in listings %d and %d", id, was, len(listed))
							}
							kept[int64(id)] = len(listed)
						}
						listed = append(listed, l)
					}
				}
				eye.watch(week, listed)
			}
			by := map[int64]writing{}
			for _, w := range all {
				by[w.id] = w
			}
			for history, ids := range eye.crowds() {
				who := map[int64]bool{}
				for _, id := range ids {
					who[by[id].respondent] = true
				}
				if shown += len(ids); len(who) < Floor {
					t.Errorf("%d texts of %d people: %s", len(ids), len(who), history)
				}
			}
			if len(all) > 200 && shown < len(all)/2 {
				t.Errorf("%d of %d texts are shown", shown, len(all))
			}
		})
	}
}

func TestATextIsListedInTheFinestCellWhereFiveAreLeft(t *testing.T) {
	shape := &structure{zone: time.UTC}
	if err := shape.addUnits(testUnits()); err != nil {
		t.Fatal(err)
	}
	day := func(s string) int64 { at, _ := time.Parse(time.DateOnly, s); return int64(dayOf(at)) }
	write := func(from, n int64, touchpoint, unit, at string) []writing {
		var out []writing
		for id := from; id < from+n; id++ {
			out = append(out, writing{id: id, respondent: id, touchpoint: touchpoint, unit: unit, month: int64(monthOf(dayTime(day(at)))), arrived: day(at)})
		}
		return out
	}
	shop := func(units ...string) (out []writing) {
		for n, u := range units {
			out = append(out, write(int64(1+n*10), 3, "shop", u, "2025-01-13")...)
		}
		return out
	}
	for name, c := range map[string]struct {
		all   []writing
		today string
		want  string
	}{
		"its own unit, its month":        {write(1, 5, "shop", "lille", "2025-01-13"), "2025-02-18", "shop lille month 5"},
		"not while the month is open":    {write(1, 5, "shop", "lille", "2025-01-13"), "2025-02-01", ""},
		"the unit above":                 {shop("lille", "arras"), "2025-02-18", "shop north month 6"},
		"not the company for a month":    {shop("lille", "nice"), "2025-02-18", ""},
		"the company for a quarter":      {shop("lille", "nice"), "2025-04-20", "shop  quarter 6"},
		"who is left over joins others":  {slices.Concat(write(1, 6, "shop", "lille", "2025-01-13"), write(20, 3, "shop", "arras", "2025-01-13"), write(30, 2, "shop", "north", "2025-01-13")), "2025-02-18", "shop lille month 6, shop north month 5"},
		"one left over waits":            {slices.Concat(write(1, 6, "shop", "lille", "2025-01-13"), write(20, 1, "shop", "arras", "2025-01-13")), "2026-03-01", "shop lille month 6"},
		"several touchpoints in the end": {slices.Concat(write(1, 3, "shop", "lille", "2025-01-13"), write(20, 3, "call", "lille", "2025-02-10")), "2025-04-20", "* lille quarter 6"},
		"of no touchpoint, in no unit":   {write(1, 5, "", "", "2025-01-13"), "2025-02-18", "  month 5"},
		"one person nineteen times": {func() []writing {
			l := write(1, 19, "shop", "lille", "2025-01-13")
			for n := range l {
				l[n].respondent = 7
			}
			return l
		}(), "2026-03-01", ""},
		"the day after it closes": {write(1, 5, "shop", "lille", "2025-01-13"), "2025-02-11", "shop lille month 5"},
		"a week that is not over is left": {func() []writing {
			l := write(1, 5, "shop", "lille", "2025-01-13")
			l[0].arrived = day("2025-03-10")
			return l
		}(), "2025-03-14", ""},
	} {
		var got []string
		for _, l := range gather(shape, day(c.today), c.all) {
			touchpoint := string(l.Touchpoint)
			if l.Mixed {
				touchpoint = "*"
			}
			got = append(got, fmt.Sprintf("%s %s %s %d", touchpoint, l.Unit, l.Grain, len(l.IDs)))
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("%s: %q, want %q", name, s, c.want)
		}
	}
}

func TestListingsAreMadeOfWhatIsProjected(t *testing.T) {
	w := newWorld(t)
	for n := range 12 {
		f := voice(int64(len(w.feedbacks)+1), 0, "shop", "lille", "2025-03-12", 7)
		if n < 6 { // the others say nothing in words
			f.Verbatims = []cx.Verbatim{{Text: "La caisse tombe en panne"}}
		}
		w.put(t, record.Created, cx.Live, f)
	}
	i := w.start(t, t.TempDir())
	listed := map[int64]bool{}
	known := func(_ context.Context, ids []int64) (map[int64]bool, error) { return listed, nil }
	for want := range []int{1, 0} {
		all, err := i.Gather(t.Context(), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), known)
		if err != nil || len(all) != 1-want {
			t.Fatalf("%+v %v", all, err)
		}
		for _, l := range all {
			if len(l.IDs) != 6 || l.Start().Format(time.DateOnly) != "2025-03-01" || l.Unit != "lille" || l.Touchpoint != "shop" {
				t.Errorf("%+v", l)
			}
			for _, id := range l.IDs {
				listed[int64(id)] = true
			}
		}
	}
}
