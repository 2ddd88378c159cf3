package invite

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/survey"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

// silences gives, for one customer, rule → why of those that kept nothing of them.
func (w *world) silences(ref string) map[string]Why {
	w.t.Helper()
	p, err := w.d.Customers.Find(w.t.Context(), people.Whole(), ref)
	must(w.t, err)
	l, err := w.Silences(w.t.Context(), people.Whole(), p.ID)
	must(w.t, err)
	out := map[string]Why{}
	for _, s := range l {
		if s.Rule == "" {
			out["?"+s.Event] = s.Why
			continue
		}
		out[s.Rule] = s.Why
	}
	return out
}

func TestWhyEverybodyWasNotAskedIsKnown(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		w := crowd(t, db, 4) // of "seen", which no rule listens to; "yearly" runs on lists
		ctx := t.Context()
		north := &survey.Condition{Attribute: "region", In: []string{"nord"}}
		w.rule(Rule{Key: "north", Survey: "delivery", Trigger: Trigger{Event: "order.delivered"}, If: north})
		w.rule(Rule{Key: "drawn", Survey: "contact", Trigger: Trigger{List: true}, Sampling: Sampling{Share: 0.001}})
		must(t, w.SaveRule(ctx, "test", Rule{Key: "framed", Name: cx.Text{"fr": "f"}, Survey: "visit", Trigger: Trigger{Event: "order.delivered"}}, -1))
		w.planAll()
		want := map[string]Why{"yearly": NoRun, "north": NoEvent, "drawn": NoRun, "framed": NoEvent, "?seen": ByUnheard}
		if d := cmp.Diff(want, w.silences("C1")); d != "" {
			t.Fatal(d)
		}
		w.happen("order.delivered", 1) // of the south
		if d := w.silences("C1")["north"]; d != ByCondition {
			t.Fatal(d)
		}
		w.happen("order.delivered", 0)
		if got := w.silences("C0"); got["north"] != Soon || got["framed"] != ByStage {
			t.Fatal(got)
		}
		w.planAll()
		for _, key := range []string{"yearly", "drawn"} {
			_, err := w.RunOn(ctx, key, "wave", Population{List: Pasted("C0\nC2")})
			must(t, err)
		}
		_, err := w.RunOn(ctx, "drawn", "all", Population{})
		must(t, err)
		want = map[string]Why{"yearly": Unlisted, "north": ByCondition, "framed": ByStage, "drawn": BySample, "?seen": ByUnheard}
		if d := cmp.Diff(want, w.silences("C1")); d != "" {
			t.Fatal(d)
		}
		want = map[string]Why{"framed": ByStage, "drawn": BySample, "?seen": ByUnheard}
		if d := cmp.Diff(want, w.silences("C0")); d != "" {
			t.Fatal(d)
		}
		if l, err := w.Silences(ctx, people.Scope{}, 1); err != nil || len(l) > 0 {
			t.Fatalf("told to who may know nobody: %+v %v", l, err)
		}
	})
}

// Everybody a rule looked at is asked, waits, or is in the report under a reason.
func TestTheReportLeavesNobodyOut(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		w := crowd(t, db, 30)
		ctx := t.Context()
		w.rule(Rule{Key: "half", Survey: "contact", Trigger: Trigger{List: true}, Sampling: Sampling{Share: 50}, If: &survey.Condition{Attribute: "region", In: []string{"nord", "sud"}}})
		w.rule(Rule{Key: "few", Survey: "visit", Trigger: Trigger{Event: "visit"}, Sampling: Sampling{Quota: 4}})
		run, err := w.RunOn(ctx, "half", "all", Population{})
		must(t, err)
		for n := range 10 {
			h := happening("visit", n, w.now())
			h.Unit = []string{"lyon", "nice"}[n%2]
			_, err := w.Receive(ctx, []Happening{h})
			must(t, err)
		}
		w.planAll()
		w.send()
		tell := func(scope people.Scope) (map[string]int, int) {
			t.Helper()
			r, err := w.Report(ctx, scope, "", w.now(), w.now().Add(day))
			must(t, err)
			l := map[string]int{}
			for _, one := range r.Refused {
				l[one.Rule+" "+string(one.Why)] = one.N
			}
			return l, r.Asked["half"] + r.Asked["few"]
		}
		got, asked := tell(people.Whole())
		drawn := run.Reasons["planned"]
		want := map[string]int{" unheard": 30, "half condition": 10, "half sample": 20 - drawn, "few quota": 6}
		capped := got["few cap"] + got["half cap"]
		delete(got, "few cap")
		delete(got, "half cap")
		if d := cmp.Diff(want, got); d != "" || asked+capped != drawn+4 || asked == 0 {
			t.Fatal(d, asked, capped, drawn)
		}
		must(t, people.New(db).PutUnits(ctx, []people.Unit{{Key: "lyon", Name: cx.Text{"fr": "Lyon"}}, {Key: "nice", Name: cx.Text{"fr": "Nice"}}}))
		lyon := people.ScopeOf(people.Grant{Role: people.Manager, Unit: "lyon", Narrow: true})
		if got, asked := tell(lyon); got["half condition"] > 0 || got["few quota"] != 3 || asked > 5 {
			t.Fatal(got, asked)
		}
		if r, err := w.Report(ctx, people.Whole(), "", w.now().Add(-3*day), w.now()); err != nil || len(r.Refused) > 0 {
			t.Fatalf("%+v %v", r, err)
		}
	})
}

// The days of the report are those of the company, an hour or more away from those of UTC.
func TestTheReportCountsTheCompanysDays(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		w := newWorld(t, db)
		w.rule(Rule{Key: "north", Survey: "delivery", Trigger: Trigger{Event: "order.delivered"}, If: &survey.Condition{Attribute: "region", In: []string{"nord"}}})
		w.rule(Rule{Key: "few", Survey: "visit", Trigger: Trigger{Event: "order.delivered"}, Sampling: Sampling{Quota: 1}})
		paris := w.d.Zone(t.Context(), "")
		w.pass(time.Date(2026, 11, 24, 23, 30, 0, 0, time.UTC).Sub(w.now())) // half past midnight in Paris, on Wednesday
		for n := range 2 {
			w.happen("order.delivered", n)
		}
		w.planAll()
		for day, want := range map[int]map[string]int{24: {}, 25: {"north condition": 2, "few quota": 1}, 26: {}} {
			r, err := w.Report(t.Context(), people.Whole(), "", time.Date(2026, 11, day, 0, 0, 0, 0, time.UTC), time.Date(2026, 11, day+1, 12, 0, 0, 0, paris))
			must(t, err)
			got := map[string]int{}
			for _, x := range r.Refused {
				got[x.Rule+" "+string(x.Why)] = x.N
			}
			if d := cmp.Diff(want, got); d != "" || !r.From.Equal(time.Date(2026, 11, day, 0, 0, 0, 0, paris)) || !r.To.Equal(time.Date(2026, 11, day+1, 0, 0, 0, 0, paris)) {
				t.Errorf("on the %dth: %s, from %s to %s", day, d, r.From, r.To)
			}
		}
	})
}

// What happened is kept under our keys; the same event sent again after a key was given another meaning is still the same.
func TestOthersKeysOfEventsAreOurs(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		w := newWorld(t, db)
		ours := map[string]string{"LIV-01": "delivery", "Lyon Part-Dieu": "lyon", "old": ""}
		w.d.Placer = func(context.Context) (collect.Placer, error) {
			return func(t cx.TouchpointID, u cx.UnitID) (cx.TouchpointID, cx.UnitID, *cx.Error) {
				if t == "nowhere" || u == "nowhere" {
					return t, u, cx.Fail(cx.Invalid, "unit", "collect.unknown_unit")
				}
				if to, mapped := ours[string(t)]; mapped {
					t = cx.TouchpointID(to)
				}
				if to, mapped := ours[string(u)]; mapped {
					u = cx.UnitID(to)
				}
				return t, u, nil
			}, nil
		}
		w.rule(Rule{Key: "lyon", Survey: "delivery", Trigger: Trigger{Event: "order.delivered"}, If: &survey.Condition{Attribute: "unit", In: []string{"lyon"}}})
		send := func(n int, touchpoint, unit string) collect.Verdict {
			t.Helper()
			h := happening("order.delivered", n, tuesday)
			h.ID, h.Touchpoint, h.Unit = fmt.Sprint("E", n), touchpoint, unit
			l, err := w.Receive(t.Context(), []Happening{h})
			must(t, err)
			return l[0].Verdict
		}
		for n, unit := range []string{"Lyon Part-Dieu", "old", "nowhere"} {
			if v := send(n, "LIV-01", unit); v != collect.Accepted {
				t.Fatal(v)
			}
		}
		ours["Lyon Part-Dieu"] = "nice"
		if v := send(0, "LIV-01", "Lyon Part-Dieu"); v != collect.Duplicate {
			t.Fatal("the same event is", v)
		}
		kept, err := occurrences(t.Context(), w.d.DB, `1 = 1 ORDER BY id`)
		must(t, err)
		var got []string
		for _, o := range kept {
			got = append(got, o.Touchpoint+" "+o.Unit)
		}
		if d := cmp.Diff([]string{"delivery lyon", "delivery ", "delivery nowhere"}, got); d != "" {
			t.Fatal(d)
		}
		w.planAll()
		if d := cmp.Diff(map[string]int{"planned": 1}, w.states()); d != "" {
			t.Fatal(d)
		}
		l, err := w.Want(t.Context(), Wanted{Survey: "contact", Customer: happening("", 9, tuesday).Customer, Touchpoint: "LIV-01", Unit: "old"})
		must(t, err)
		if l.Touchpoint != "delivery" || l.Unit != "" {
			t.Fatalf("a link of %q %q", l.Touchpoint, l.Unit)
		}
	})
}
