package insight

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/listen/customer"
	"vigie/internal/listen/invite"
	"vigie/internal/listen/survey"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

// asked is an invitation as this test knows it: what is expected of figures is told from it, apart from invite's own words.
type asked struct {
	id                                                        int64
	rule, survey, channel, wording, segment, touchpoint, unit string
	lang, why                                                 string
	program                                                   cx.Program
	version                                                   int64
	state                                                     invite.State
	planned, away, sent, answered                             time.Time
	erased                                                    bool
}

// askedWorld is a company that asks, on a record of its own.
type askedWorld struct {
	*world
	store *invite.Store
	asked map[int64]*asked
}

func newAskedWorld(t *testing.T, db *record.DB) *askedWorld {
	w := &askedWorld{world: newWorld(t), asked: map[int64]*asked{}}
	w.db = db
	for _, m := range []struct {
		key    cx.MetricID
		better cx.Direction
	}{{cx.InvitationAnswered, cx.HigherBetter}, {cx.InvitationDelivered, cx.HigherBetter}, {cx.InvitationBounced, cx.LowerBetter}, {cx.InvitationWithheld, cx.LowerBetter}} {
		w.catalogue.Metrics[m.key] = cx.Metric{Key: m.key, Min: 0, Max: 1, Step: 1, Direction: m.better, Counts: cx.Invitations}
		for _, p := range []cx.Program{cx.Transactional, cx.Relational} {
			key := cx.IndicatorID(string(m.key) + "." + string(p))
			w.catalogue.Indicators[key] = cx.Indicator{Key: key, Metric: m.key, Formula: cx.Ratio, Program: p, Audience: cx.Customers, Numerator: []float64{1}, Per: 100}
		}
	}
	surveys := survey.New(db)
	for key, change := range map[cx.SurveyID]func(*survey.Definition){"delivery": func(*survey.Definition) {},
		"secret": func(d *survey.Definition) { d.Privacy = survey.Anonymous }, "staff": func(d *survey.Definition) { d.Audience, d.Privacy = cx.Employees, survey.Anonymous },
		"yearly": func(d *survey.Definition) { d.Program = cx.Relational; d.Touchpoint = "bill" }} {
		d := survey.Definition{Key: key, Name: cx.Text{"fr": "Enquête"}, Languages: []string{"fr"}, Program: cx.Transactional,
			Sections: []survey.Section{{Questions: []survey.Question{{Key: "nps", Kind: survey.NPS, Text: cx.Text{"fr": "Nous recommanderiez-vous ?"}}}}}}
		change(&d)
		_, err := surveys.Save(t.Context(), "test", d, 0)
		must(t, err)
		_, err = surveys.Publish(t.Context(), "test", key)
		must(t, err)
	}
	store, err := invite.New(invite.Deps{DB: db, Customers: customer.New(customer.Config{}, customer.Deps{DB: db}), Surveys: surveys})
	must(t, err)
	w.store = store
	units := people.New(db)
	must(t, units.PutUnits(t.Context(), func() (out []people.Unit) {
		for _, u := range w.units {
			u.Name = cx.Text{"fr": string(u.Key)}
			out = append(out, u)
		}
		return out
	}()))
	return w
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *askedWorld) start(t *testing.T, dir string) *Insight {
	t.Helper()
	d := w.deps(t)
	d.Invitations, d.AllInvitations = w.store.Facts, w.store.AllFacts
	i := New(Config{Dir: dir}, d)
	must(t, i.Start(t.Context()))
	t.Cleanup(i.Stop)
	w.settle(t, i)
	return i
}

// invented makes the n-th invitation, as any history may have left it.
func invented(r *rand.Rand, n int64) *asked {
	a := &asked{id: n, survey: pick(r, "delivery", "delivery", "secret", "staff", "yearly"), program: cx.Transactional,
		rule: pick(r, "after", "wave"), channel: pick(r, "email", "sms", "link"), wording: pick(r, "", "a", "b"), segment: pick(r, "", "gold", "silver"),
		touchpoint: pick(r, "", "shop", "call", "gone"), unit: pick(r, "", "lille", "nice", "saint-denis", "unknown"), lang: pick(r, "", "fr", "en")}
	switch a.survey {
	case "yearly":
		a.program = cx.Relational
	case "staff":
		a.rule = "team"
	}
	a.live(r)
	return a
}

// live gives it a state, with what that state leaves behind.
func (a *asked) live(r *rand.Rand) {
	a.planned = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(r.Int64N(int64(150*24*time.Hour)/1000)) * 1000)
	a.state, a.why, a.version = pick(r, invite.States()...), "", 0
	a.away, a.sent, a.answered = time.Time{}, time.Time{}, time.Time{}
	left, gone := a.planned.Add(time.Hour), a.planned.Add(61*time.Minute)
	switch a.state {
	case invite.Refused:
		a.why = pick(r, "sample", "quota", "reach", "objection", "off", "cap", "rest", "late", "erased", "survey", "rule", "priority")
		return
	case invite.Planned:
		return
	case invite.Held:
		a.why = pick(r, "quiet", "cap", "trouble", "setup")
		return
	}
	a.away, a.version = left, 1
	switch a.state {
	case invite.Leaving, invite.Unsure, invite.Expired:
		if r.IntN(2) == 0 {
			a.sent = gone
		}
	case invite.Bounced:
		a.why = pick(r, "hard", "soft", "server")
		if r.IntN(2) == 0 {
			a.sent = gone
		}
	case invite.Answered:
		a.answered = gone.Add(time.Hour)
		if r.IntN(4) > 0 {
			a.sent = gone
		}
	default:
		a.sent = gone
	}
}

func (w *askedWorld) write(t *testing.T, kind record.Kind, all ...*asked) {
	t.Helper()
	micro := func(at time.Time) int64 {
		if at.IsZero() {
			return 0
		}
		return at.UnixMicro()
	}
	must(t, w.db.Write(t.Context(), func(tx *record.Tx) error {
		for _, a := range all {
			w.asked[a.id] = a
			said, identity := fmt.Sprintf(`{"lang":%q,"attributes":{"order":"A%d"}}`, a.lang, a.id), a.id
			if a.erased {
				said, identity = `{}`, 0
			}
			if _, err := tx.Exec(t.Context(), `DELETE FROM invitation WHERE id = ?`, a.id); err != nil {
				return err
			}
			_, err := tx.Exec(t.Context(), `INSERT INTO invitation (id, rule, once, survey, version, identity, occurrence, program, own, priority, channel, wording, segment, touchpoint, unit,
				state, why, due, latest, expires, planned, away, leaving, sent, settled, answered, round, attempts, said) VALUES (?, ?, ?, ?, ?, ?, 0, ?, 0, 0, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, ?, ?, 0, ?, 0, ?, 1, 0, ?)`,
				a.id, a.rule, fmt.Sprint("t:", a.id), a.survey, a.version, identity, string(a.program), a.channel, a.wording, a.segment, a.touchpoint, a.unit,
				int64(a.state), a.why, micro(a.planned), micro(a.away), micro(a.sent), micro(a.answered), said)
			if err != nil {
				return err
			}
			tx.Publish(record.Event{Subject: record.Invitation, ID: a.id, Kind: kind})
		}
		return nil
	}))
}

// told is what a metric says of an invitation: (counted, yes), in the words of docs/invitations.md.
func (a *asked) told(m cx.MetricID) (of, yes bool) {
	if a.survey == "staff" {
		return false, false
	}
	left := !a.sent.IsZero() || a.state == invite.Bounced || a.state == invite.Answered
	back := a.state == invite.Bounced
	wish := a.state == invite.Refused && slices.Contains([]string{"objection", "off", "cap", "rest", "late", "priority"}, a.why)
	switch m {
	case cx.InvitationAnswered:
		return left && !back && a.survey != "secret", a.state == invite.Answered
	case cx.InvitationDelivered:
		return left, !back
	case cx.InvitationBounced:
		return left, back && a.why != "server"
	}
	return left || wish, wish
}

func (w *askedWorld) keyOf(a *asked, dim string) string {
	at := a.planned
	if !a.away.IsZero() {
		at = a.away
	}
	if !a.sent.IsZero() {
		at = a.sent
	}
	touchpoint := a.touchpoint
	if touchpoint == "" && a.survey == "yearly" {
		touchpoint = "bill"
	}
	lang, segment, sent := a.lang, a.segment, a.survey
	if a.erased {
		lang = ""
	}
	if a.version > 0 {
		sent = fmt.Sprint(a.survey, "@", a.version)
	}
	switch dim {
	case "rule", "channel", "wording", "segment", "why", "survey":
		return map[string]string{"rule": a.rule, "channel": a.channel, "wording": a.wording, "segment": segment, "why": a.why, "survey": sent}[dim]
	}
	// What invitations share with feedback is read the same.
	return w.world.keyOf(cx.Feedback{At: at, Touchpoint: cx.TouchpointID(touchpoint), Unit: cx.UnitID(a.unit), Lang: lang}, dim, cx.Metric{})
}

func (w *askedWorld) compare(t *testing.T, i *Insight, scope people.Scope, q Query) {
	t.Helper()
	ind := w.catalogue.Indicators[q.Indicator]
	want := map[string]*cx.Histogram{}
	for _, a := range w.asked {
		of, yes := a.told(ind.Metric)
		if day := w.keyOf(a, "day"); q.During != nil && (day < q.During.From || day >= q.During.To) {
			of = false
		}
		for key, c := range q.Where {
			of = of && slices.Contains(c.In, any(w.keyOf(a, key)))
		}
		if !of || a.program != ind.Program || !w.allowed(cx.Feedback{Unit: cx.UnitID(a.unit)}, scope.Figures()) {
			continue
		}
		var keys []string
		for _, dim := range q.By {
			keys = append(keys, w.keyOf(a, dim))
		}
		k := strings.Join(keys, "|")
		if want[k] == nil {
			want[k] = &cx.Histogram{}
		}
		want[k].Add(map[bool]int64{true: 1}[yes], 1)
	}
	if len(q.By) == 0 && len(want) == 0 {
		want[""] = &cx.Histogram{}
	}
	got, err := i.Ask(t.Context(), scope, q)
	must(t, err)
	figures, have := map[string]cx.Figure{}, map[string]cx.Figure{}
	spec := cx.NewSpec(ind, w.catalogue.Metrics[ind.Metric])
	for k, h := range want {
		figures[k] = spec.Figure(*h)
	}
	for _, r := range got.Rows {
		var keys []string
		for _, dim := range q.By {
			keys = append(keys, r.By[dim])
		}
		have[strings.Join(keys, "|")] = r.Figure
	}
	if d := gocmp.Diff(figures, have); d != "" {
		t.Errorf("%+v (−want +got):\n%s", q, d)
	}
}

var invitedDims = []string{"day", "week", "month", "quarter", "year", "journey", "stage", "touchpoint", "channel", "unit", "unit.region", "unit.agency",
	"survey", "language", "rule", "wording", "segment", "why"}

func (w *askedWorld) indicators() []cx.IndicatorID {
	return slices.Sorted(func(yield func(cx.IndicatorID) bool) {
		for k, i := range w.catalogue.Indicators {
			if w.catalogue.Metrics[i.Metric].Counts != "" && !yield(k) {
				return
			}
		}
	})
}

func (w *askedWorld) check(t *testing.T, i *Insight, scope people.Scope) {
	t.Helper()
	for _, ind := range w.indicators() {
		w.compare(t, i, scope, Query{Indicator: ind})
		for _, dim := range invitedDims {
			w.compare(t, i, scope, Query{Indicator: ind, By: []string{dim}})
		}
		w.compare(t, i, scope, Query{Indicator: ind, By: []string{"channel", "wording", "month"}, Where: Where{"segment": {In: []any{"gold"}}},
			During: &Period{"2026-02-01", "2026-05-01"}})
	}
}

func (w *askedWorld) answers(t *testing.T, i *Insight) (out [][]Row) {
	t.Helper()
	for _, ind := range w.indicators() {
		a, err := i.Ask(t.Context(), people.Whole(), Query{Indicator: ind, By: []string{"day", "rule", "why"}})
		must(t, err)
		out = append(out, a.Rows)
	}
	return out
}

func TestWhatBecameOfInvitationsEqualsTheirRows(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		w := newAskedWorld(t, db)
		r := rand.New(rand.NewPCG(1, 2))
		add := func(from, to int64) {
			var l []*asked
			for n := from; n < to; n++ {
				l = append(l, invented(r, n))
			}
			w.write(t, record.Created, l...)
		}
		add(1, 300)
		dir := t.TempDir()
		i := w.start(t, dir)
		w.check(t, i, people.Whole())

		// Every one may change, before it is seen and after; some persons are erased.
		add(300, 500)
		for n := int64(200); n < 400; n += 3 {
			a := *w.asked[n]
			a.live(r)
			w.write(t, record.Amended, &a)
		}
		for n := int64(1); n < 200; n += 7 {
			a := *w.asked[n]
			a.erased, a.segment = true, ""
			w.write(t, record.Amended, &a)
		}
		w.settle(t, i)
		w.check(t, i, people.Whole())
		for _, unit := range []cx.UnitID{"north", "lille", "isles", "nowhere"} {
			w.check(t, i, narrow1(unit))
		}
		w.agrees(t, i, people.Whole())
		w.agrees(t, i, narrow1("isles"))
		was := w.answers(t, i)
		must(t, i.Rebuild(t.Context()))
		if d := gocmp.Diff(was, w.answers(t, i)); d != "" {
			t.Errorf("rebuilt (−before +after):\n%s", d)
		}
		i.Stop()
		wiped := w.start(t, t.TempDir())
		if d := gocmp.Diff(was, w.answers(t, wiped)); d != "" {
			t.Errorf("from nothing (−before +after):\n%s", d)
		}
	})
}

// agrees holds the report of a rule to the figures of the same invitations.
func (w *askedWorld) agrees(t *testing.T, i *Insight, scope people.Scope) {
	t.Helper()
	for _, by := range []string{"rule", "channel", "wording", "segment"} {
		for _, rule := range []string{"", "after", "wave"} {
			if rule == "" && by != "rule" {
				continue // employees are in the record's report, under rules of their own, and in no figure
			}
			counts, err := w.store.RuleCounts(t.Context(), scope, invite.Counting{By: by, Rule: rule})
			must(t, err)
			said := map[string][2]int64{}
			for _, c := range counts {
				for m, x := range map[cx.MetricID][2]int{cx.InvitationAnswered: {c.Answered, c.Rated}, cx.InvitationDelivered: {c.Delivered, c.Sent},
					cx.InvitationBounced: {c.Bounced, c.Sent}} {
					k := string(m) + " " + c.Key
					said[k] = [2]int64{said[k][0] + int64(x[0]), said[k][1] + int64(x[1])}
				}
			}
			maps.DeleteFunc(said, func(_ string, x [2]int64) bool { return x[1] == 0 })
			figures := map[string][2]int64{}
			for _, ind := range w.indicators() {
				q := Query{Indicator: ind, By: []string{by}}
				if rule != "" {
					q.Where = Where{"rule": {In: []any{rule}}}
				}
				m := w.catalogue.Indicators[ind].Metric
				if m == cx.InvitationWithheld {
					continue
				}
				a, err := i.Ask(t.Context(), scope, q)
				must(t, err)
				for _, row := range a.Rows {
					k, yes := string(m)+" "+row.By[by], row.Figure.Top
					if m == cx.InvitationBounced {
						yes = row.Figure.Bottom
					}
					figures[k] = [2]int64{figures[k][0] + yes, figures[k][1] + row.Figure.N}
				}
			}
			maps.DeleteFunc(said, func(k string, _ [2]int64) bool { return strings.HasSuffix(k, " team") })
			if d := gocmp.Diff(figures, said); d != "" {
				t.Errorf("report by %s of rule %q (−figures +report):\n%s", by, rule, d)
			}
		}
	}
}

func TestEachTableIsCutByItsOwn(t *testing.T) {
	w := newAskedWorld(t, recordtest.SQLite(t))
	w.write(t, record.Created, invented(rand.New(rand.NewPCG(1, 2)), 1))
	w.seed(t, 1, 10)
	w.catalogue.Indicators["staff"] = cx.Indicator{Key: "staff", Metric: cx.InvitationAnswered, Formula: cx.Ratio, Program: cx.Transactional, Audience: cx.Employees, Numerator: []float64{1}}
	i := w.start(t, t.TempDir())
	answered := cx.IndicatorID("invitation_answered.transactional")
	for name, c := range map[string]struct {
		q    Query
		code string
	}{
		"feedback by wording":            {Query{Indicator: "nps", By: []string{"wording"}}, "insight.only_invitations"},
		"feedback where rule":            {Query{Indicator: "nps", Where: Where{"rule": {In: []any{"after"}}}}, "insight.only_invitations"},
		"feedback beside a segment":      {Query{Indicator: "nps", Versus: &Versus{Where: Where{"segment": {In: []any{"gold"}}}}}, "insight.only_invitations"},
		"invitations by adviser":         {Query{Indicator: answered, By: []string{"agent"}}, "insight.not_of_invitations"},
		"invitations by source":          {Query{Indicator: answered, By: []string{"source"}}, "insight.not_of_invitations"},
		"invitations where a score":      {Query{Indicator: answered, Where: Where{"scores.nps": {In: []any{9.0}}}}, "insight.not_of_invitations"},
		"invitations where an attribute": {Query{Indicator: answered, Where: Where{"attributes.vip": {In: []any{true}}}}, "insight.not_of_invitations"},
		"invitations by nothing known":   {Query{Indicator: answered, By: []string{"weather"}}, "insight.unknown_key"},
		"employees' invitations":         {Query{Indicator: "staff"}, "insight.invited_employees"},
	} {
		_, err := i.Ask(t.Context(), people.Whole(), c.q)
		if e, ok := errors.AsType[*cx.Error](err); !ok || e.Code != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := i.Ask(t.Context(), people.Scope{}, Query{Indicator: answered}); cx.KindOf(err) != cx.Denied {
		t.Errorf("nobody: %v", err)
	}
	if _, err := i.Invited(t.Context(), people.Scope{}, InvitedQuery{Metric: cx.InvitationAnswered, Program: cx.Transactional}); cx.KindOf(err) != cx.Denied {
		t.Errorf("nobody's list: %v", err)
	}
}

func TestTheListBehindAFigureIsWhatItCounts(t *testing.T) {
	w := newAskedWorld(t, recordtest.SQLite(t))
	r := rand.New(rand.NewPCG(3, 4))
	var l []*asked
	for n := int64(1); n < 400; n++ {
		l = append(l, invented(r, n))
	}
	w.write(t, record.Created, l...)
	i := w.start(t, t.TempDir())
	for _, scope := range []people.Scope{people.Whole(), narrow1("isles")} {
		for _, ind := range w.indicators() {
			one := w.catalogue.Indicators[ind]
			during := &Period{"2026-02-01", "2026-05-01"}
			a, err := i.Ask(t.Context(), scope, Query{Indicator: ind, By: []string{"rule", "score"}, During: during})
			must(t, err)
			for _, row := range a.Rows {
				q := InvitedQuery{Metric: one.Metric, Program: one.Program, During: during, Limit: 7,
					Where: Where{"rule": {In: []any{row.By["rule"]}}, "score": {In: []any{row.By["score"]}}}}
				if n := w.walk(t, i, scope, q); int64(n) != row.Figure.N {
					t.Errorf("%s %v: %d listed of %d", ind, row.By, n, row.Figure.N)
				}
			}
		}
	}
}

// walk goes through all pages and gives how many distinct invitations they hold.
func (w *askedWorld) walk(t *testing.T, i *Insight, scope people.Scope, q InvitedQuery) int {
	t.Helper()
	seen := map[invite.InvitationID]bool{}
	for {
		l, err := i.Invited(context.WithoutCancel(t.Context()), scope, q)
		must(t, err)
		for _, m := range l.IDs {
			seen[m.ID] = true
		}
		if !l.More {
			if l.Total != len(seen) {
				t.Errorf("%+v: total %d, listed %d", q, l.Total, len(seen))
			}
			return len(seen)
		}
		q.Before = &l.IDs[len(l.IDs)-1]
	}
}
