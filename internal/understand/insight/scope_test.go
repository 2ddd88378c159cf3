package insight

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/record"
)

func narrow1(unit cx.UnitID) people.Scope {
	return people.ScopeOf(people.Grant{Role: people.Manager, Unit: unit, Narrow: true, Consulted: true})
}

func TestARestrictedScopeCannotMoveAFigureItMayNotSee(t *testing.T) {
	w := newWorld(t)
	w.seed(t, 1, 1500)
	i := w.start(t, t.TempDir())
	scopes := map[string]people.Scope{
		"north narrowed":    narrow1("north"),
		"nice narrowed":     narrow1("nice"),
		"unknown narrowed":  narrow1("nowhere"),
		"north not":         people.ScopeOf(people.Grant{Role: people.Manager, Unit: "north", Consulted: true}),
		"adviser ann":       people.ScopeOf(people.Grant{Role: people.Adviser, Unit: "lille", Agent: "ann", Narrow: true}),
		"director narrowed": people.ScopeOf(people.Grant{Role: people.Director, Unit: "south", Narrow: true, Consulted: true}),
	}
	questions := []Query{{Indicator: "nps"}}
	for _, dim := range goldenDims {
		questions = append(questions, Query{Indicator: "nps", By: []string{dim}})
	}
	for _, where := range goldenWhere() {
		questions = append(questions, Query{Indicator: "csat", By: []string{"unit"}, Where: where})
	}
	for name, scope := range scopes {
		t.Run(name, func(t *testing.T) {
			for _, q := range questions {
				if _, agents := q.Where["agent"]; (agents || slices.Contains(q.By, "agent")) && !scope.Agents() {
					continue // refused: see below
				}
				w.compare(t, i, scope, q)
			}
		})
	}
}

func TestWhoMayNotSeeIsRefused(t *testing.T) {
	w := newWorld(t)
	w.seed(t, 1, 200)
	i := w.start(t, t.TempDir())
	agents := Query{Indicator: "nps", By: []string{"agent"}}
	named := func(c Condition) Query { return Query{Indicator: "nps", Where: Where{"agent": c}} }
	manager := people.ScopeOf(people.Grant{Role: people.Manager, Unit: "north"})
	ann := people.ScopeOf(people.Grant{Role: people.Adviser, Agent: "ann"})
	for name, c := range map[string]struct {
		scope people.Scope
		q     Query
	}{
		"nobody":                           {people.Scope{}, Query{Indicator: "nps"}},
		"advisers before the consultation": {manager, agents},
		"an adviser named":                 {manager, named(Condition{In: []any{"ann"}})},
		"an adviser beside":                {manager, Query{Indicator: "nps", Versus: &Versus{Where: Where{"agent": {In: []any{"ann"}}}}}},
		"another adviser":                  {ann, named(Condition{In: []any{"bob"}})},
		"all but another adviser":          {ann, named(Condition{Not: []any{"bob"}})},
		"those without adviser":            {ann, named(Condition{Missing: ptr(false)})},
		"employees as an adviser":          {ann, Query{Indicator: "enps", During: &Period{"2025-01-01", "2026-01-01"}}},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := i.Ask(t.Context(), c.scope, c.q)
			if cx.KindOf(err) != cx.Denied || len(a.Rows) > 0 {
				t.Errorf("got %v, %v", a.Rows, err)
			}
		})
	}
	a, err := i.Ask(t.Context(), ann, agents)
	if err != nil || len(a.Rows) != 1 || a.Rows[0].By["agent"] != "ann" {
		t.Errorf("an adviser sees their own figures only: %v %v", a.Rows, err)
	}
}

// spied runs a question with a plan of its own and gives its SQL.
func (w *world) sqlOf(t *testing.T, i *Insight, scope people.Scope, q Query) (string, []any) {
	t.Helper()
	p := i.plan(t.Context(), i.cur, scope)
	if err := p.resolve(q); err != nil {
		t.Fatal(err)
	}
	f, err := p.filter(q.Where, q.During, "")
	if err != nil {
		t.Fatal(err)
	}
	return p.sql(f)
}

func TestNoQueryTextHoldsWhatAPersonWrote(t *testing.T) {
	const poison = "x'); DROP TABLE facts; --"
	w := newWorld(t)
	w.catalogue.Attributes[0].Key = poison
	w.catalogue.Metrics[poison] = cx.Metric{Key: poison, Min: 0, Max: 10, Direction: cx.HigherBetter}
	w.catalogue.Indicators[poison] = cx.Indicator{Key: poison, Metric: poison, Formula: cx.Mean, Program: cx.Transactional, Audience: cx.Customers}
	w.units[0].Level = poison
	w.put(t, record.Created, cx.Live, func() cx.Feedback {
		f := feedback(1)
		f.ID, f.Program, f.Audience, f.Channel, f.Touchpoint, f.Agent = 1, cx.Transactional, cx.Customers, poison, poison, poison
		f.Source, f.Lang, f.Survey, f.CollectedBy, f.Unit = poison, poison, poison, poison, "lille"
		f.Scores = map[cx.MetricID]int64{poison: 3, "nps": 9}
		f.Attributes = map[cx.AttributeID]any{poison: poison}
		return f
	}())
	i := w.start(t, t.TempDir())
	key := string(w.catalogue.Attributes[0].Key)
	kind := w.catalogue.Attributes[0].Type
	values := Condition{In: []any{poison, poison + "2"}}
	for _, dim := range []string{"channel", "touchpoint", "agent", "source", "language", "survey", "collected_by", "unit", "unit." + poison, "attributes." + key} {
		for _, c := range []Condition{values, {Not: values.In}} {
			if dim == "attributes."+key && kind != "text" {
				continue
			}
			q := Query{Indicator: poison, By: []string{dim}, Where: Where{dim: c, "scores." + poison: {GTE: ptr(1.0)}}}
			text, _ := w.sqlOf(t, i, people.Whole(), q)
			if strings.Contains(text, "DROP") {
				t.Errorf("%s: %s", dim, text)
			}
			if _, err := i.Ask(t.Context(), people.Whole(), q); err != nil {
				t.Errorf("%s: %v", dim, err)
			}
		}
	}
	a, err := i.Ask(t.Context(), people.Whole(), Query{Indicator: "nps", By: []string{"channel"}})
	if err != nil || len(a.Rows) != 1 || a.Rows[0].By["channel"] != poison {
		t.Errorf("%v %v", a.Rows, err)
	}
}

func TestAQuestionThatIsWrongNamesItsField(t *testing.T) {
	w := newWorld(t)
	w.seed(t, 1, 50)
	i := w.start(t, t.TempDir())
	where := func(key string, c Condition) Query { return Query{Indicator: "nps", Where: Where{key: c}} }
	in := func(v ...any) Condition { return Condition{In: v} }
	for field, q := range map[string]Query{
		"indicator":                {Indicator: "nope"},
		"by[1]":                    {Indicator: "nps", By: []string{"channel", "id"}},
		"by[2]":                    {Indicator: "nps", By: []string{"day", "channel", "day"}},
		"by":                       {Indicator: "nps", By: []string{"day", "channel", "unit", "agent"}},
		"by[0]":                    {Indicator: "nps", By: []string{"unit.planet"}},
		"where.id":                 where("id", in("1")),
		"where.instant":            where("instant", in("1")),
		"where.attributes.nope":    where("attributes.nope", in("1")),
		"where.attributes.iban":    where("attributes.iban", in("1")),
		"where.scores.nope":        where("scores.nope", in(1.0)),
		"where.scores.csat":        where("scores.csat", in("many")),
		"where.channel":            where("channel", Condition{GTE: ptr(1.0)}),
		"where.month":              where("month", in("2026-13")),
		"where.week":               where("week", in("2025-W53")),
		"where.day":                where("day", Condition{LT: ptr(1.0)}),
		"where.touchpoint":         where("touchpoint", Condition{}),
		"where.language":           where("language", Condition{In: []any{}}),
		"where.source":             where("source", Condition{In: []any{[]any{"a"}}}),
		"where.attributes.age":     where("attributes.age", in("old")),
		"where.attributes.vip":     where("attributes.vip", in("maybe")),
		"where.attributes.segment": where("attributes.segment", Condition{GT: ptr(1.0)}),
		"during.from":              {Indicator: "nps", During: &Period{"yesterday", "2026-01-01"}},
		"during.to":                {Indicator: "nps", During: &Period{"2026-01-01", "2026-02-30"}},
		"during":                   {Indicator: "nps", During: &Period{"2026-01-02", "2026-01-02"}},
		"versus":                   {Indicator: "nps", Versus: &Versus{Named: "previous"}},
		"versus.during.to":         {Indicator: "nps", During: &Period{"2026-01-01", "2026-01-02"}, Versus: &Versus{During: &Period{"2026-01-01", "x"}}},
		"versus.where.id":          {Indicator: "nps", Versus: &Versus{Where: Where{"id": in("1")}}},
	} {
		t.Run(field, func(t *testing.T) {
			_, err := i.Ask(t.Context(), people.Whole(), q)
			if e, ok := errors.AsType[*cx.Error](err); !ok || e.Kind != cx.Invalid || e.Field != field {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestVersusComparesWithTheRightAnswers(t *testing.T) {
	w := newWorld(t)
	w.seed(t, 1, 2500)
	i := w.start(t, t.TempDir())
	in := func(v ...any) Condition { return Condition{In: v} }
	for name, c := range map[string]struct {
		q     Query
		other *Period
		where Where
		by    map[string]string // key of this → key beside
	}{
		"whole months go back by months": {Query{Indicator: "nps", During: &Period{"2025-03-01", "2025-05-01"}, By: []string{"month"},
			Versus: &Versus{Named: "previous"}}, &Period{"2025-01-01", "2025-03-01"}, nil,
			map[string]string{"2025-03": "2025-01", "2025-04": "2025-02"}},
		"days go back by days": {Query{Indicator: "nps", During: &Period{"2025-03-10", "2025-03-13"}, By: []string{"day"},
			Versus: &Versus{Named: "previous"}}, &Period{"2025-03-07", "2025-03-10"}, nil,
			map[string]string{"2025-03-10": "2025-03-07", "2025-03-11": "2025-03-08", "2025-03-12": "2025-03-09"}},
		"a year before": {Query{Indicator: "csat_mean", During: &Period{"2026-01-01", "2026-04-01"}, By: []string{"quarter", "touchpoint"},
			Versus: &Versus{Named: "year"}}, &Period{"2025-01-01", "2025-04-01"}, nil, map[string]string{"2026-Q1": "2025-Q1"}},
		"another period": {Query{Indicator: "csat", During: &Period{"2026-01-01", "2026-02-01"}, By: []string{"channel"},
			Versus: &Versus{During: &Period{"2025-02-01", "2025-08-01"}}}, &Period{"2025-02-01", "2025-08-01"}, nil, nil},
		"everything beside one period": {Query{Indicator: "csat", By: []string{"month"},
			Versus: &Versus{During: &Period{"2025-02-01", "2025-08-01"}}}, &Period{"2025-02-01", "2025-08-01"}, nil, nil},
		"other conditions replace the same keys": {Query{Indicator: "nps", By: []string{"month"}, Where: Where{"channel": in("phone"), "language": in("fr")},
			Versus: &Versus{Where: Where{"channel": in("web")}}}, nil, Where{"channel": in("web"), "language": in("fr")}, nil},
		"everything": {Query{Indicator: "wait", Versus: &Versus{Where: Where{"source": in("crm")}}}, nil, Where{"source": in("crm")}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			where := c.where
			if where == nil {
				where = c.q.Where
			}
			spec := cx.NewSpec(w.catalogue.Indicators[c.q.Indicator], w.catalogue.Metrics[w.catalogue.Indicators[c.q.Indicator].Metric])
			beside := w.histograms(people.Whole(), c.q, where, c.other)
			a, err := i.Ask(t.Context(), people.Whole(), c.q)
			if err != nil || len(a.Rows) == 0 {
				t.Fatal(len(a.Rows), err)
			}
			for _, r := range a.Rows {
				parts := []string{}
				for _, dim := range c.q.By {
					k := r.By[dim]
					if o, ok := c.by[k]; ok {
						k = o
					}
					parts = append(parts, k)
				}
				var want cx.Figure
				if h := beside[strings.Join(parts, "|")]; h != nil {
					want = spec.Figure(*h)
				}
				expected := &Compared{Figure: want, Compared: cx.Difference(r.Figure, want)}
				if d := gocmp.Diff(expected, r.Versus); d != "" {
					t.Errorf("%v:\n%s", r.By, d)
				}
			}
		})
	}
}

func TestRowsStandInOrder(t *testing.T) {
	w := newWorld(t)
	w.seed(t, 1, 1500)
	i := w.start(t, t.TempDir())
	a, err := i.Ask(t.Context(), people.Whole(), Query{Indicator: "nps", By: []string{"touchpoint", "month"}})
	if err != nil {
		t.Fatal(err)
	}
	weight := map[string]int64{}
	for _, r := range a.Rows {
		weight[r.By["touchpoint"]] += r.Figure.N
	}
	ordered := slices.IsSortedFunc(a.Rows, func(x, y Row) int {
		if d := weight[y.By["touchpoint"]] - weight[x.By["touchpoint"]]; d != 0 {
			return int(d)
		}
		return strings.Compare(x.By["touchpoint"]+x.By["month"], y.By["touchpoint"]+y.By["month"])
	})
	if !ordered {
		t.Error("touchpoints by n descending, months ascending")
	}
	a, err = i.Ask(t.Context(), people.Whole(), Query{Indicator: "nps", By: []string{"attributes.age"}})
	if err != nil {
		t.Fatal(err)
	}
	var ages []string
	for _, r := range a.Rows {
		ages = append(ages, r.By["attributes.age"])
	}
	if d := gocmp.Diff([]string{"", "-3", "18", "42.5"}, ages); d != "" {
		t.Error(d)
	}
}

func TestListsAreThoseOfThePeoplePerimeter(t *testing.T) {
	w := newWorld(t)
	w.seed(t, 1, 800)
	i := w.start(t, t.TempDir())
	yes := true
	some := []cx.FeedbackID{}
	for n := range 300 {
		some = append(some, cx.FeedbackID(n*2))
	}
	scopes := map[string]people.Scope{"whole": people.Whole(), "north": people.ScopeOf(people.Grant{Role: people.Manager, Unit: "north"}),
		"ann": people.ScopeOf(people.Grant{Role: people.Adviser, Unit: "lille", Agent: "ann"})}
	for name, scope := range scopes {
		for _, q := range []ListQuery{{}, {Verbatim: &yes}, {Among: some}, {During: &Period{"2025-02-01", "2025-04-01"}},
			{Program: cx.Relational}, {Where: Where{"channel": {In: []any{"phone"}}, "scores.nps": {LTE: ptr(6.0)}}}} {
			t.Run(fmt.Sprintf("%s %+v", name, q), func(t *testing.T) { w.compareList(t, i, scope, q) })
		}
	}
	for name, scope := range map[string]people.Scope{"nobody": {}, "committee": people.ScopeOf(people.Grant{Role: people.Adviser})} {
		if _, err := i.List(t.Context(), scope, ListQuery{}); cx.KindOf(err) != cx.Denied {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := i.List(t.Context(), people.Whole(), ListQuery{Audience: cx.Employees}); cx.KindOf(err) != cx.Denied {
		t.Errorf("employees: %v", err)
	}
}

func (w *world) compareList(t *testing.T, i *Insight, scope people.Scope, q ListQuery) {
	var want []Mark
	for _, f := range w.all() {
		day := w.keyOf(f, "day", cx.Metric{})
		ok := f.Audience == cx.Customers && (w.allowed(f, scope.People()) || f.Agent != "" && f.Agent == scope.Adviser())
		ok = ok && (q.Program == "" || f.Program == q.Program) && (q.Verbatim == nil || *q.Verbatim == (len(f.Verbatims) > 0))
		ok = ok && (q.Among == nil || slices.Contains(q.Among, f.ID)) && (q.During == nil || day >= q.During.From && day < q.During.To)
		for key, c := range q.Where {
			ok = ok && w.holds(f, key, c, cx.Metric{})
		}
		if ok {
			want = append(want, Mark{f.At, f.ID})
		}
	}
	slices.SortFunc(want, func(a, b Mark) int {
		if c := b.At.Compare(a.At); c != 0 {
			return c
		}
		return int(b.ID - a.ID)
	})
	var got []Mark
	q.Limit = 70
	for {
		l, err := i.List(t.Context(), scope, q)
		if err != nil {
			t.Fatal(err)
		}
		if l.Total != len(want) {
			t.Fatalf("total %d, not %d", l.Total, len(want))
		}
		got = append(got, l.IDs...)
		if !l.More {
			break
		}
		q.Before = &l.IDs[len(l.IDs)-1]
	}
	if d := gocmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestValuesComeMostFrequentFirst(t *testing.T) {
	w := newWorld(t)
	w.seed(t, 1, 600)
	i := w.start(t, t.TempDir())
	for _, dim := range []string{"channel", "touchpoint", "journey", "unit.region", "attributes.segment", "agent", "month"} {
		for name, scope := range map[string]people.Scope{"whole": people.Whole(), "north": narrow1("north")} {
			counts := map[string]int{}
			for _, f := range w.all() {
				k := w.keyOf(f, dim, cx.Metric{})
				if k != "" && f.Audience == cx.Customers && w.allowed(f, scope.Figures()) {
					counts[k]++
				}
			}
			want := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
				if counts[a] != counts[b] {
					return counts[b] - counts[a]
				}
				return strings.Compare(a, b)
			})
			got, err := i.Values(t.Context(), scope, dim)
			if d := gocmp.Diff(want, got); d != "" || err != nil {
				t.Errorf("%s %s: %v %s", name, dim, err, d)
			}
		}
	}
	if _, err := i.Values(t.Context(), people.ScopeOf(people.Grant{Role: people.Manager}), "agent"); cx.KindOf(err) != cx.Denied {
		t.Errorf("agents: %v", err)
	}
}
