package invite

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vigie/internal/cx"
	"vigie/internal/listen/customer"
	"vigie/internal/listen/survey"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

// crowd is a house of n customers known by a reference, an address and a number; region is "nord" for one in three.
func crowd(t *testing.T, db *record.DB, n int) *world {
	t.Helper()
	w := newWorld(t, db)
	for i := range n {
		h := happening("seen", i, w.now())
		h.Customer.Attributes = map[string]any{"region": []string{"nord", "sud", "est"}[i%3]}
		_, err := w.Receive(t.Context(), []Happening{h})
		must(t, err)
	}
	w.rule(Rule{Key: "yearly", Survey: "yearly", Trigger: Trigger{List: true}})
	return w
}

func TestEveryLineOfAListIsAccountedFor(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		w := crowd(t, db, 5)
		must(t, w.Object(t.Context(), 2, "c4@example.org", "letter"))
		list := "C0\nc1@example.org; 06 00 00 00 02\nnobody@example.org\nnot@an address\n\nC0,c0@example.org\nC4\n" + strings.Repeat("x", 300) + "\n"
		run := func(name string) Run {
			t.Helper()
			r, err := w.RunOn(t.Context(), "yearly", name, Population{List: Pasted(list)})
			must(t, err)
			return r
		}
		first := run("wave")
		want := &Lines{Read: 9, Found: 4, Unknown: 1, Malformed: 2, Twice: 2, Troubles: []Trouble{{3, LineUnknown}, {4, LineMalformed}, {6, LineTwice}, {6, LineTwice}, {8, LineMalformed}}}
		if d := cmp.Diff(want, sortedLines(first.Lines)); d != "" || !first.Done {
			t.Fatal(d, first)
		}
		if d := cmp.Diff(map[string]int{"planned": 3, "objection": 1}, first.Reasons); d != "" {
			t.Fatal(d)
		}
		if d := cmp.Diff(map[string]int{Repeated: 4}, run("wave").Reasons); d != "" {
			t.Fatal(d)
		}
		if d := cmp.Diff(map[string]int{"planned": 3, "refused objection": 1}, w.states()); d != "" {
			t.Fatal(d)
		}
		for _, all := range []people.Scope{people.Whole()} {
			l, err := w.Runs(t.Context(), all, "yearly")
			if err != nil || len(l) != 1 || l[0].Lines.Read != 9 {
				t.Fatalf("%+v %v", l, err)
			}
		}
	})
}

func sortedLines(l *Lines) *Lines {
	slices.SortFunc(l.Troubles, func(a, b Trouble) int { return a.Line - b.Line })
	return l
}

func TestASegmentIsAPopulation(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		w := crowd(t, db, 9)
		north := &survey.Condition{Attribute: "region", In: []string{"nord"}}
		tried, err := w.RunOn(t.Context(), "yearly", "north", Population{If: north, Try: true})
		must(t, err)
		if len(w.states()) > 0 || tried.Reasons["planned"] != 3 {
			t.Fatalf("a trial kept something: %v %v", w.states(), tried)
		}
		for range 2 {
			run, err := w.RunOn(t.Context(), "yearly", "north", Population{If: north})
			must(t, err)
			if d := cmp.Diff(map[string]int{"planned": 3, "condition": 6}, run.Reasons); d != "" || !run.Done {
				t.Fatal(d, run)
			}
		}
		if d := cmp.Diff(map[string]int{"planned": 3}, w.states()); d != "" {
			t.Fatal(d)
		}
		for name, c := range map[string]struct {
			rule, run string
			p         Population
		}{
			"another segment by that name": {"yearly", "north", Population{If: &survey.Condition{Attribute: "region", In: []string{"sud"}}}},
			"a list by that name":          {"yearly", "north", Population{List: Pasted("C1")}},
			"a condition on an answer":     {"yearly", "other", Population{If: &survey.Condition{Question: "nps", In: []string{"9"}}}},
			"no rule":                      {"none", "other", Population{}},
			"no name":                      {"yearly", "", Population{}},
		} {
			if _, err := w.RunOn(t.Context(), c.rule, c.run, c.p); cx.KindOf(err) == cx.Internal || err == nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// A run made while only the pilot group is asked looks at everybody when it is made again once the rule goes.
func TestARunOfThePilotGoesOnToAll(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		w := crowd(t, db, 6)
		must(t, w.SaveRule(t.Context(), "test", Rule{Key: "yearly", Name: cx.Text{"fr": "y"}, Survey: "yearly", Trigger: Trigger{List: true}, Sampling: Sampling{Quota: 5},
			Pilot: &survey.Condition{Attribute: "region", In: []string{"nord"}}}, -1))
		for _, c := range []struct {
			stage Stage
			want  map[string]int
		}{
			{Pilot, map[string]int{"planned": 2, "stage": 4}},
			{Going, map[string]int{"planned": 3, "quota": 1, Repeated: 2}},
		} {
			must(t, w.Store.Decide(t.Context(), "test", "yearly", c.stage, ""))
			runs, err := w.RunRules(t.Context(), "2026", []string{"yearly"})
			must(t, err)
			if d := cmp.Diff(c.want, runs[0].Reasons); d != "" {
				t.Fatal(c.stage, d)
			}
		}
		must(t, w.Store.Decide(t.Context(), "test", "yearly", Paused, ""))
		if _, err := w.RunOn(t.Context(), "yearly", "later", Population{}); cx.KindOf(err) != cx.Conflict {
			t.Fatal(err)
		}
	})
}

// Whatever is listed, in whatever order and however often, the lines add up and nobody is planned twice.
func TestListsAddUp(t *testing.T) {
	t.Parallel()
	w := crowd(t, recordtest.SQLite(t), 8)
	turn := 0
	rapid.Check(t, func(r *rapid.T) {
		turn++
		l := rapid.SliceOfN(rapid.SampledFrom([]string{"C0", "c1@example.org", "0600000002", "C3", "c3@example.org", "who", "no@", "@", "\x00\xff"}), 0, 30).Draw(r, "list")
		before := len(w.all())
		run, err := w.RunOn(t.Context(), "yearly", fmt.Sprint("turn", turn), Population{List: Pasted(strings.Join(l, "\n"))})
		if err != nil {
			r.Fatal(err)
		}
		n, reasons := run.Lines, 0
		for _, k := range run.Reasons {
			reasons += k
		}
		if n.Read != len(l) || n.Read != n.Found+n.Unknown+n.Malformed+n.Twice || reasons != n.Found || n.Found > 4 {
			r.Fatalf("%+v of %d lines, %v", n, len(l), run.Reasons)
		}
		if len(w.all())-before != n.Found {
			r.Fatalf("%d kept of %d found", len(w.all())-before, n.Found)
		}
	})
}

func (w *world) all() []Invitation {
	w.t.Helper()
	l, err := invitations(w.t.Context(), w.d.DB, `1 = 1`)
	must(w.t, err)
	return l
}

// Persons are made of lines that name nobody known, when it is asked for and only of those who can be written to; who objected
// is asked no more than before.
func TestAListMayMakePersons(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		w := crowd(t, db, 2)
		must(t, w.Object(t.Context(), customer.Email, "never@example.org", "letter"))
		list := "C0\nzoe@example.org\nZOE@example.org\n+33 6 00 00 00 77\n06 00 00 00 78\nREF-9\nnever@example.org\nnot@an address\n"
		run := func(name string, p Population) Run {
			t.Helper()
			p.List = Pasted(list)
			r, err := w.RunOn(t.Context(), "yearly", name, p)
			must(t, err)
			sortedLines(r.Lines)
			return r
		}
		known := &Lines{Read: 8, Found: 1, Unknown: 6, Malformed: 1, Troubles: []Trouble{{2, LineUnknown}, {3, LineUnknown}, {4, LineUnknown}, {5, LineUnknown}, {6, LineUnknown}, {7, LineUnknown}, {8, LineMalformed}}}
		if d := cmp.Diff(known, run("plain", Population{}).Lines); d != "" {
			t.Fatal("unasked for:", d)
		}
		want := &Lines{Read: 8, Found: 4, Made: 3, Unknown: 2, Twice: 1, Malformed: 1, Troubles: []Trouble{{3, LineTwice}, {5, LineUnknown}, {6, LineUnknown}, {8, LineMalformed}}}
		reasons := map[string]int{"planned": 3, "objection": 1}
		tried := run("made", Population{Make: true, Try: true})
		if d := cmp.Diff(want, tried.Lines) + cmp.Diff(reasons, tried.Reasons); d != "" {
			t.Fatal("a trial:", d)
		}
		if _, err := w.d.Customers.Find(t.Context(), people.Whole(), "zoe@example.org"); cx.KindOf(err) != cx.NotFound {
			t.Fatal("a trial made somebody:", err)
		}
		made := run("made", Population{Make: true})
		if d := cmp.Diff(want, made.Lines) + cmp.Diff(reasons, made.Reasons); d != "" || made.Says() != "yearly/made +3" {
			t.Fatal(d, made.Says())
		}
		zoe, err := w.d.Customers.Find(t.Context(), people.Whole(), "zoe@example.org")
		must(t, err)
		if len(zoe.Identities) != 1 || zoe.Identities[0].Kind != customer.Email {
			t.Fatalf("%+v", zoe)
		}
		again := run("made", Population{Make: true})
		if again.Lines.Made != 0 || again.Reasons[Repeated] != 4 || again.Earlier != 3 {
			t.Fatalf("%+v %v", again.Lines, again.Reasons)
		}
	})
}
