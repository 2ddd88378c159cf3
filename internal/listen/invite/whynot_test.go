package invite

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
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
