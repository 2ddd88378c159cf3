package insight

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/record"
)

// The attacker asks what anybody may ask: every question of every viewer, drafts included, over a real projection. Each
// answer's score is a power of two, so that a sum names the answers that it is made of.

// bits are the answers that one metric names: sums stay whole numbers in a float64.
const bits = 52

// besieged is a company whose employees an attacker listens to.
type besieged struct {
	*world
	i     *Insight
	all   []gridAnswer
	known *attacker
	seen  map[string]bool // sums learnt already
	clock atomic.Int64    // µs
}

func besiege(t *testing.T, w *world, all []gridAnswer) *besieged {
	b := &besieged{world: w, all: all, known: newAttacker(len(all)), seen: map[string]bool{}}
	for n := range (len(all) + bits - 1) / bits {
		m := cx.MetricID(fmt.Sprint("bits", n))
		w.catalogue.Metrics[m] = cx.Metric{Key: m, Min: 0, Max: 1 << bits, Direction: cx.HigherBetter}
		w.catalogue.Indicators[cx.IndicatorID(m)] = cx.Indicator{Key: cx.IndicatorID(m), Metric: m, Formula: cx.Sum, Program: cx.Relational, Audience: cx.Employees}
	}
	deps := w.deps(t)
	deps.Now = func() time.Time { return time.UnixMicro(b.clock.Load()).UTC() }
	deps.Zone = time.UTC
	deps.Moves = func(context.Context) ([]people.UnitChange, error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		return slices.Clone(w.moves), nil
	}
	b.i = New(Config{Dir: t.TempDir()}, deps)
	if err := b.i.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.i.Stop)
	w.settle(t, b.i)
	return b
}

// come brings the answers that arrive on some days, [from, to).
func (b *besieged) come(t *testing.T, from, to time.Time) {
	var fs []cx.Feedback
	for n, a := range b.all {
		if at := dayTime(a.arrived); at.Before(from) || !at.Before(to) {
			continue
		}
		f := cx.Feedback{ID: cx.FeedbackID(n + 1), Source: "hr", At: firstMonday(a.month), Received: dayTime(a.arrived).Add(12 * time.Hour),
			Program: cx.Relational, Audience: cx.Employees, Touchpoint: cx.TouchpointID(a.touchpoint), Unit: cx.UnitID(a.unit), Scores: map[cx.MetricID]int64{}}
		for m := range (len(b.all) + bits - 1) / bits {
			f.Scores[cx.MetricID(fmt.Sprint("bits", m))] = 0
		}
		f.Scores[cx.MetricID(fmt.Sprint("bits", n/bits))] = 1 << (n % bits)
		fs = append(fs, f)
	}
	if len(fs) > 0 {
		b.put(t, record.Created, cx.Live, fs...)
	}
	b.settle(t, b.i)
}

// firstMonday of a month, at noon.
func firstMonday(month int64) time.Time { return cx.Week(dayTime(firstDay(month)).AddDate(0, 0, 6)) }

// move changes the tree now.
func (b *besieged) move(t *testing.T, c people.UnitChange) {
	b.mu.Lock()
	for n := range b.units {
		if b.units[n].Key == c.Unit {
			b.units[n] = c.Becomes
		}
	}
	b.moves = append(b.moves, c)
	b.publish(t, record.Event{Subject: record.Structure, Kind: record.Amended})
	b.mu.Unlock()
	b.settle(t, b.i)
}

// viewers are the whole company's and each unit's manager, one of two units too.
func (b *besieged) viewers() map[string]people.Scope {
	out := map[string]people.Scope{"all": people.Whole(),
		"two": people.ScopeOf(people.Grant{Role: people.Manager, Unit: "lille", More: []cx.UnitID{"nice"}, Narrow: true, Consulted: true})}
	for _, u := range b.units {
		out[string(u.Key)] = narrow1(u.Key)
	}
	return out
}

// questions are all those over the grid, each coordinate said in every way it may be.
func questions(units []people.Unit, touchpoints []string, from, to time.Time) []Query {
	var wheres []Where
	in := func(v string) Condition { return Condition{In: []any{v}} }
	for _, unit := range append([]people.Unit{{}}, units...) {
		for _, tp := range append([]string{"*"}, touchpoints...) {
			w := Where{}
			if unit.Key != "" {
				w["unit"] = in(string(unit.Key))
			}
			if tp != "*" {
				w["touchpoint"] = in(tp)
			}
			wheres = append(wheres, w)
		}
	}
	var out []Query
	for _, by := range [][]string{nil, {"touchpoint"}, {"unit.region"}, {"unit.agency"}, {"touchpoint", "unit.region"}, {"touchpoint", "unit.agency"}} {
		for _, grain := range append([]string{""}, grains[:]...) {
			for _, where := range wheres {
				q := Query{By: by, Where: where}
				if grain != "" {
					q.By = append(slices.Clone(by), grain)
					out = append(out, q)
					continue
				}
				for _, g := range grains {
					for bucket := bucketOf(g, int64(dayOf(from))); bucket <= bucketOf(g, int64(dayOf(to))); bucket++ {
						a, z := bounds(g, bucket)
						q.During = &Period{dayTime(a).Format(time.DateOnly), dayTime(z).Format(time.DateOnly)}
						out = append(out, q)
					}
				}
			}
		}
	}
	return out
}

// hear asks one question of every metric and learns each row's sum; versus rows too.
func (b *besieged) hear(t *testing.T, scope people.Scope, q Query, draft bool) int {
	t.Helper()
	rows := map[string][]int{}
	n := map[string]int64{}
	for m := range (len(b.all) + bits - 1) / bits {
		q.Indicator = cx.IndicatorID(fmt.Sprint("bits", m))
		ask := b.i.Ask
		if draft {
			ind := b.catalogue.Indicators[q.Indicator]
			ind.MinN, ind.Key = 1, "draft"
			ask = func(ctx context.Context, s people.Scope, q Query) (Answer, error) {
				return b.i.AskDraft(ctx, s, q, Draft{Indicator: ind, Metric: b.catalogue.Metrics[cx.MetricID(q.Indicator)]})
			}
		}
		a, err := ask(t.Context(), scope, q)
		if cx.KindOf(err) == cx.Invalid && err != nil {
			return 0
		}
		if err != nil {
			t.Fatalf("%+v: %v", q, err)
		}
		for _, r := range a.Rows {
			key := fmt.Sprint(r.By)
			rows[key], n[key] = append(rows[key], membersIn(m, r.Figure)...), r.Figure.N
			if r.Versus != nil {
				rows[key+" versus"], n[key+" versus"] = append(rows[key+" versus"], membersIn(m, r.Versus.Figure)...), r.Versus.Figure.N
			}
		}
	}
	for key, members := range rows {
		if int64(len(members)) != n[key] {
			t.Fatalf("%+v: %s counts %d, sums to %d", q, key, n[key], len(members))
		}
		if name := fmt.Sprint(members); len(members) > 0 && !b.seen[name] {
			b.seen[name] = true
			b.known.learn(members)
		}
	}
	return len(rows)
}

// membersIn reads the answers that a sum is made of.
func membersIn(metric int, f cx.Figure) []int {
	var out []int
	for sum, n := uint64(f.Value), 0; sum > 0; sum, n = sum>>1, n+1 {
		if sum&1 == 1 {
			out = append(out, metric*bits+n)
		}
	}
	return out
}

func TestAnAttackerTellsNoEmployeesAnswerByAnyQuestion(t *testing.T) {
	first := time.Date(2025, 1, 6, 0, 0, 0, 0, time.UTC)
	for seed := range uint64(2) {
		t.Run(fmt.Sprint("company ", seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 11))
			var all []gridAnswer
			for range 2 * bits {
				month := int64(monthOf(first)) + r.Int64N(4)
				a := gridAnswer{touchpoint: pick(r, "", "shop", "order"), unit: pick(r, "", "lille", "arras", "nice", "north"), month: month, arrived: int64(dayOf(firstMonday(month)))}
				if r.IntN(4) == 0 {
					a.arrived += 7 * r.Int64N(12)
				}
				all = append(all, a)
			}
			for n := range all {
				all[n].respondent = -int64(n + 1) // as the projection has it of who is not told apart
			}
			b := besiege(t, newWorld(t), all)
			before := testShape(t)
			change := moveOf(r, before, first.AddDate(0, 0, 100+r.IntN(60)), time.Time{})
			last, shown := first.AddDate(0, 0, -7), 0
			for step := range 12 {
				now := first.AddDate(0, 0, 30+21*step+r.IntN(7))
				if last.Before(change.At) && !now.Before(change.At) {
					b.clock.Store(change.At.UnixMicro())
					b.come(t, last, change.At)
					b.listen(t, r, 12)
					b.move(t, change)
					last = change.At
					b.listen(t, r, 12)
				}
				b.clock.Store(now.UnixMicro())
				b.come(t, last, now)
				last = now
				shown += b.listen(t, r, 12)
			}
			if b.listen(t, r, 300); shown == 0 {
				t.Error("nothing was ever shown: nothing is proven")
			}
			b.known.accuse(t, all, before, moved(t, change))
		})
	}
}

// listen asks, as each viewer, the questions that show most at once, and some of all others; drafts among them.
func (b *besieged) listen(t *testing.T, r *rand.Rand, some int) (rows int) {
	now := time.UnixMicro(b.clock.Load()).UTC()
	every := questions(b.units, []string{"", "shop", "order"}, now.AddDate(-1, 0, 0), now)
	viewers := b.viewers()
	for _, name := range slices.Sorted(maps.Keys(viewers)) {
		for _, by := range []string{"", "touchpoint ", "unit.region ", "unit.agency ", "touchpoint unit.region ", "touchpoint unit.agency "} {
			for _, grain := range grains {
				rows += b.hear(t, viewers[name], Query{By: strings.Fields(by + grain)}, false)
			}
		}
		for range min(some, len(every)) {
			q := every[r.IntN(len(every))]
			switch r.IntN(4) {
			case 0:
				q.Versus = &Versus{Named: pick(r, "previous", "year")}
			case 1:
				q.Versus = &Versus{During: &Period{"2025-01-01", "2025-04-01"}}
			}
			rows += b.hear(t, viewers[name], q, r.IntN(5) == 0)
		}
	}
	return rows
}

// TestAnEmployeesAnswerMovesNothing: at every door of the figures, what is answered the moment before and the moment after an
// employee's answer is the same, whoever asks, until its month and its week are closed.
func TestAnEmployeesAnswerMovesNothing(t *testing.T) {
	w := newWorld(t)
	w.seed(t, 1, 400)
	w.voices(t, 9, "shop", "lille", "2026-05-12")
	i := w.start(t, t.TempDir())
	before := everyDoor(t, w, i)
	late := voice(1001, 0, "shop", "lille", "2026-05-13", 2)
	late.Received = w.now
	late.Verbatims = []cx.Verbatim{{Text: "Outils lents"}}
	present := voice(1002, 0, "shop", "lille", "2026-06-30", 2)
	present.Channel, present.Lang, present.Source, present.Survey = "kiosk", "de", "another", "another@1"
	present.Attributes = map[cx.AttributeID]any{"segment": "staff", "age": 61.0, "vip": true}
	present.Agent, present.Touchpoint, present.Unit = "zoe", "order", "nice"
	w.put(t, record.Created, cx.Live, late, present)
	w.settle(t, i)
	after := everyDoor(t, w, i)
	if d := gocmp.Diff(before, after); d != "" || len(before) < 300 {
		t.Errorf("%d doors: %s", len(before), d)
	}
}

// everyDoor asks everything that this room answers, and gives it by question.
func everyDoor(t *testing.T, w *world, i *Insight) map[string]any {
	t.Helper()
	out := map[string]any{}
	dims := []string{"day", "week", "month", "quarter", "year", "journey", "stage", "touchpoint", "channel", "collected_by", "unit", "unit.region", "unit.agency",
		"agent", "survey", "language", "source", "attributes.segment", "attributes.age", "attributes.vip", "score"}
	say := func(name string, v any, err error) {
		if err != nil {
			v = err.Error()
		}
		out[name] = v
	}
	for viewer, scope := range map[string]people.Scope{"all": people.Whole(), "north": narrow1("north"), "lille": narrow1("lille"), "nobody": {}} {
		for key := range w.catalogue.Indicators {
			for _, by := range append([]string{""}, dims...) {
				a, err := i.Ask(t.Context(), scope, Query{Indicator: key, By: strings.Fields(by)})
				say(fmt.Sprint(viewer, " asks ", key, " by ", by), a.Rows, err)
				d := Draft{Indicator: w.catalogue.Indicators[key], Metric: w.catalogue.Metrics[w.catalogue.Indicators[key].Metric]}
				d.Indicator.MinN = 1
				a, err = i.AskDraft(t.Context(), scope, Query{Indicator: key, By: strings.Fields(by), During: &Period{"2026-06-01", "2026-07-01"}}, d)
				say(fmt.Sprint(viewer, " drafts ", key, " by ", by), a.Rows, err)
			}
		}
		for _, dim := range dims {
			v, err := i.Values(t.Context(), scope, dim)
			say(viewer+" values of "+dim, v, err)
			v, err = i.InvitedValues(t.Context(), scope, dim)
			say(viewer+" values of invitations' "+dim, v, err)
			n, err := i.Volumes(t.Context(), scope, VolumeQuery{By: []string{dim}})
			slices.SortFunc(n, func(a, b Volume) int { return strings.Compare(fmt.Sprint(a.By), fmt.Sprint(b.By)) })
			say(viewer+" volumes by "+dim, n, err)
		}
		for _, audience := range []cx.Audience{"", cx.Customers, cx.Employees} {
			for _, words := range []*bool{nil, ptr(true), ptr(false)} {
				l, err := i.List(t.Context(), scope, ListQuery{Audience: audience, Verbatim: words, Limit: 1000})
				say(fmt.Sprint(viewer, " lists ", audience, " ", words != nil && *words, words == nil), []any{l.IDs, l.Total}, err)
			}
		}
		l, err := i.List(t.Context(), scope, ListQuery{Among: []cx.FeedbackID{1001, 1002}})
		say(viewer+" lists them by number", []any{l.IDs, l.Total}, err)
		inv, err := i.Invited(t.Context(), scope, InvitedQuery{Metric: cx.InvitationAnswered, Program: cx.Relational})
		say(viewer+" invitations", []any{inv.IDs, inv.Total}, err)
	}
	for key := range w.catalogue.Metrics {
		yes, err := i.Scored(t.Context(), key)
		say("scored "+string(key), yes, err)
	}
	return out
}
