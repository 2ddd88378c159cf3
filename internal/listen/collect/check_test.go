package collect_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/lang"
	"vigie/internal/listen/collect"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

func TestRejectedSaysEveryFieldAndWhy(t *testing.T) {
	d, _ := open(t, recordtest.SQLite(t))
	for _, c := range []struct {
		name   string
		change func(*collect.Incoming)
		want   string
	}{
		{"no source", func(in *collect.Incoming) { in.Source = "" }, "source: collect.required"},
		{"no date", func(in *collect.Incoming) { in.At = time.Time{} }, "at: collect.required"},
		{"far future", func(in *collect.Incoming) { in.At = today.Add(49 * time.Hour) }, "at: collect.future"},
		{"tomorrow is fine", func(in *collect.Incoming) { in.At = today.Add(47 * time.Hour) }, ""},
		{"before 1900", func(in *collect.Incoming) { in.At = time.Date(1899, 12, 31, 0, 0, 0, 0, time.UTC) }, "at: collect.past"},
		{"nothing said", func(in *collect.Incoming) { in.Scores, in.Verbatim = nil, " \n" }, "scores: collect.no_content"},
		{"only a non-answer", func(in *collect.Incoming) { in.Scores, in.Verbatim = collect.Scores{"nps": 99}, "" }, "scores: collect.no_answer"},
		{"a non-answer with words is fine", func(in *collect.Incoming) { in.Scores = collect.Scores{"nps": 99} }, ""},
		{"unknown metric", func(in *collect.Incoming) { in.Scores = collect.Scores{"joy": 1} }, "scores.joy: collect.unknown_metric"},
		{"off the scale", func(in *collect.Incoming) { in.Scores = collect.Scores{"nps": 11} }, "scores.nps: score.off_scale"},
		{"fraction", func(in *collect.Incoming) { in.Scores = collect.Scores{"nps": 7.5} }, "scores.nps: score.fraction"},
		{"not a number", func(in *collect.Incoming) { in.Scores = collect.Scores{"nps": math.NaN()} }, "scores.nps: score.off_scale"},
		{"channel", func(in *collect.Incoming) { in.Channel = "fax" }, "channel: collect.unknown_channel"},
		{"collected by", func(in *collect.Incoming) { in.CollectedBy = "fax" }, "collected_by: collect.unknown_collection"},
		{"program", func(in *collect.Incoming) { in.Program = "loud" }, "program: collect.unknown_program"},
		{"audience", func(in *collect.Incoming) { in.Audience = "cats" }, "audience: collect.unknown_audience"},
		{"long verbatim", func(in *collect.Incoming) { in.Verbatim = strings.Repeat("é", 20_001) }, "verbatim: collect.too_long"},
		{"20,000 runes are fine", func(in *collect.Incoming) { in.Verbatim = strings.Repeat("é", 20_000) }, ""},
		{"long key", func(in *collect.Incoming) { in.SourceID = strings.Repeat("x", 201) }, "source_id: collect.too_long"},
		{"NUL", func(in *collect.Incoming) { in.Verbatim = "a\x00b" }, "verbatim: collect.encoding"},
		{"not UTF-8", func(in *collect.Incoming) { in.Verbatims = []cx.Verbatim{{Text: "ok"}, {Text: "\xff"}} }, "verbatims[1].text: collect.encoding"},
		{"nobody", func(in *collect.Incoming) { in.Customer = &collect.Customer{Name: "Anne"} }, "customer: collect.customer_unnamed"},
		{"no address", func(in *collect.Incoming) { in.Customer = &collect.Customer{Email: "anne"} }, "customer.email: collect.no_email"},
		{"no number", func(in *collect.Incoming) { in.Customer = &collect.Customer{Phone: "non"} }, "customer.phone: collect.no_phone"},
		{"status", func(in *collect.Incoming) { in.Customer = &collect.Customer{Ref: "1", Status: "king"} }, "customer.status: collect.unknown_status"},
		{"attribute type", func(in *collect.Incoming) { in.Attributes = map[string]any{"a": []any{1}} }, "attributes.a: collect.attribute_type"},
		{"attribute key", func(in *collect.Incoming) { in.Attributes = map[string]any{"": 1} }, "attributes: collect.key"},
		{"many attributes", func(in *collect.Incoming) {
			in.Attributes = map[string]any{}
			for i := range 501 {
				in.Attributes[fmt.Sprint(i)] = i
			}
		}, "attributes: collect.too_many"},
		{"several at once", func(in *collect.Incoming) { in.Source, in.Channel, in.Scores = "", "fax", collect.Scores{"joy": 1} },
			"source: collect.required, channel: collect.unknown_channel, scores.joy: collect.unknown_metric"},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := feedback(1)
			in.SourceID = c.name
			c.change(&in)
			out, err := d.Put(ctx, "", in)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range out.Errors {
				got = append(got, e.Error())
				if !lang.For("fr").Has(e.Code) || !lang.For("en").Has(e.Code) {
					t.Errorf("%s has no words", e.Code)
				}
			}
			if strings.Join(got, ", ") != c.want || (out.Verdict == collect.Rejected) != (c.want != "") {
				t.Errorf("%s %s, want %s", out.Verdict, got, c.want)
			}
		})
	}
}

func TestBatchKeepsItsOrderAndGoodLinesPassBadOnes(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		d, h := open(t, db)
		put(t, d, feedback(1))
		other := feedback(2)
		other.Verbatim = "autre"
		unknown := feedback(3)
		unknown.Unit = "east"
		nameless := feedback(4)
		nameless.SourceID = ""
		lines := []collect.Line{{10, feedback(1)}, {11, feedback(2)}, {12, feedback(2)}, {13, other}, {14, nameless}, {15, unknown}, {16, feedback(5)}}
		want := "10 duplicate, 11 accepted, 12 duplicate, 13 conflict, 14 rejected, 15 quarantined, 16 accepted"
		dry, err := d.Check(ctx, lines)
		if err != nil || verdicts(dry) != want {
			t.Errorf("dry run: %s, %v", verdicts(dry), err)
		}
		if n, err := d.Count(ctx); err != nil || n[cx.Live] != 1 {
			t.Errorf("a dry run wrote: %v %v", n, err)
		}
		h.asked.Store(0)
		out, err := d.Batch(ctx, lines)
		if err != nil || verdicts(out) != want {
			t.Fatalf("%s, %v", verdicts(out), err)
		}
		if n := h.asked.Load(); n != 1 {
			t.Errorf("metrics were asked %d times for one batch", n)
		}
		if out[1].ID != out[2].ID || out[1].ID == 0 {
			t.Errorf("twins are %d and %d", out[1].ID, out[2].ID)
		}
		if again, err := d.Batch(ctx, lines); err != nil || strings.Contains(verdicts(again), "accepted") || again[5].Verdict != collect.Duplicate {
			t.Errorf("again: %s %v", verdicts(again), err)
		}
	})
}

func verdicts(all []collect.Outcome) string {
	var out []string
	for _, o := range all {
		out = append(out, fmt.Sprint(o.Line, " ", o.Verdict))
	}
	return strings.Join(out, ", ")
}

func TestTheSendersKeyCountsWithoutASourceID(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		d, _ := open(t, db)
		in := feedback(1)
		in.SourceID = ""
		put := func(key string) collect.Outcome {
			out, err := d.Put(ctx, key, in)
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		a, again, b, none, more := put("key1 x"), put("key1 x"), put("key2 x"), put(""), put("")
		if again.ID != a.ID || again.Verdict != collect.Duplicate {
			t.Errorf("same key: %+v after %+v", again, a)
		}
		ids := []cx.FeedbackID{a.ID, b.ID, none.ID, more.ID}
		slices.Sort(ids)
		if len(slices.Compact(ids)) != 4 {
			t.Errorf("ids %v", ids)
		}
		in.Verbatim = "autre"
		if out := put("key1 x"); out.Verdict != collect.Conflicting {
			t.Errorf("other content: %+v", out)
		}
	})
}

func TestWaitingFeedbackIsRepairedByMappingItsKeyOnce(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		d, h := open(t, db)
		var ids []cx.FeedbackID
		for i := range 3 {
			in := feedback(i)
			in.Touchpoint = "livraison"
			if i == 2 {
				in.Unit = "east"
			}
			ids = append(ids, put(t, d, in).ID)
		}
		waiting, err := d.Waiting(ctx)
		want := []collect.Waits{{Field: "touchpoint", Key: "livraison", N: 3, Since: today}, {Field: "unit", Key: "east", N: 1, Since: today}}
		if diff := cmp.Diff(want, waiting); diff != "" || err != nil {
			t.Fatal(diff, err)
		}
		head, _ := db.Head(ctx)
		if n, err := d.Alias(ctx, "touchpoint", "livraison", "delivery"); n != 2 || err != nil {
			t.Errorf("repaired %d, %v", n, err)
		}
		if events := eventsAfter(t, db, head); events != "1/3 1/3" {
			t.Errorf("published %s", events)
		}
		got, err := d.Feedbacks(ctx, people.Whole(), ids)
		if err != nil || len(got) != 3 || got[0].Touchpoint != "delivery" || got[0].State != cx.Live || got[2].State != cx.Quarantined {
			t.Errorf("%+v %v", got, err)
		}
		h.open("east")
		if n, err := d.Repair(ctx); n != 1 || err != nil {
			t.Errorf("swept %d, %v", n, err)
		}
		if waiting, err := d.Waiting(ctx); len(waiting) != 0 || err != nil {
			t.Errorf("still waiting: %v %v", waiting, err)
		}
		late := feedback(9)
		late.Touchpoint = "livraison"
		if out := put(t, d, late); out.Verdict != collect.Accepted {
			t.Errorf("with the alias: %+v", out)
		}
		for _, bad := range [][3]string{{"channel", "a", "b"}, {"unit", "", "north"}, {"unit", "a", "nowhere"}, {"touchpoint", "a", "nowhere"}} {
			if _, err := d.Alias(ctx, bad[0], bad[1], bad[2]); cx.KindOf(err) != cx.Invalid {
				t.Errorf("%v: %v", bad, err)
			}
		}
	})
}

func TestTheSweepRepairsWhatBecomesKnown(t *testing.T) {
	db := recordtest.SQLite(t)
	h := newHouse(db)
	d := start(t, h, collect.Config{Dir: t.TempDir(), Sweep: time.Nanosecond, Look: time.Millisecond})
	in := feedback(1)
	in.Unit = "east"
	id := put(t, d, in).ID
	err := db.Write(ctx, func(tx *record.Tx) error { // as another node maps the key
		_, err := tx.Exec(ctx, `INSERT INTO alias (kind, key, target, since) VALUES ('unit', 'east', 'north', 0)`)
		if err != nil {
			return err
		}
		return tx.Touch(ctx, "alias")
	})
	if err != nil {
		t.Fatal(err)
	}
	waitUntil(t, func() bool {
		got, err := d.Feedbacks(ctx, people.Whole(), []cx.FeedbackID{id})
		return err == nil && len(got) == 1 && got[0].State == cx.Live && got[0].Unit == "north"
	})
}

func TestAmendChangesWhatItSaysAndIsNotUndoneByTheSender(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		d, h := open(t, db)
		in := feedback(1)
		in.Attributes = map[string]any{"segment": "basic", "city": "Brest"}
		id := put(t, d, in).ID
		head, _ := db.Head(ctx)
		var a collect.Amendment
		err := json.Unmarshal([]byte(`{"scores":{"nps":2,"csat":null,"fcr":true},"verbatim":"Corrigé","attributes":{"segment":"premium","city":null},"touchpoint":"repair"}`), &a)
		if err != nil {
			t.Fatal(err)
		}
		f := amend(t, d, id, a)
		got, err := d.Feedbacks(ctx, people.Whole(), []cx.FeedbackID{id})
		if err != nil || len(got) != 1 {
			t.Fatal(got, err)
		}
		if diff := cmp.Diff(f, got[0]); diff != "" {
			t.Errorf("answered otherwise than kept:\n%s", diff)
		}
		if diff := cmp.Diff(map[cx.MetricID]int64{"nps": 2, "fcr": 1}, f.Scores); diff != "" || f.Verbatims[0].Text != "Corrigé" || f.Touchpoint != "repair" {
			t.Error(diff, f)
		}
		if diff := cmp.Diff(map[cx.AttributeID]any{"segment": "premium"}, f.Attributes); diff != "" {
			t.Error(diff)
		}
		if events := eventsAfter(t, db, head); events != "1/2" {
			t.Errorf("published %s", events)
		}
		if out := put(t, d, in); out.Verdict != collect.Duplicate {
			t.Errorf("sent again: %+v", out)
		}
		_, err = d.Amend(ctx, id, collect.Amendment{Scores: map[string]any{"nps": 11.0, "joy": 1.0, "fcr": "yes"}})
		if got := fmt.Sprint(err); cx.KindOf(err) != cx.Invalid || strings.Count(got, ";") != 2 {
			t.Errorf("bad scores: %v", err)
		}
		_, err = d.Amend(ctx, id, collect.Amendment{Scores: map[string]any{"nps": nil, "fcr": nil}, Verbatims: []cx.Verbatim{}})
		if cx.KindOf(err) != cx.Invalid {
			t.Errorf("nothing left: %v", err)
		}
		if _, err := d.Amend(ctx, 999, a); cx.KindOf(err) != cx.NotFound {
			t.Errorf("unknown: %v", err)
		}
		amend(t, d, id, collect.Amendment{Attributes: map[string]any{"tier": "gold"}})
		if diff := cmp.Diff(map[cx.AttributeID]any{"segment": "basic", "city": "Brest", "tier": "gold"}, h.met); diff != "" {
			t.Error("told of attributes:", diff)
		}
		if f := amend(t, d, id, collect.Amendment{Unit: word("west")}); f.State != cx.Quarantined {
			t.Errorf("unknown unit: %+v", f)
		}
		head, _ = db.Head(ctx)
		if f := amend(t, d, id, collect.Amendment{Unit: word("south")}); f.State != cx.Live {
			t.Errorf("known unit: %+v", f)
		}
		if events := eventsAfter(t, db, head); events != "1/2 1/3" {
			t.Errorf("published %s", events)
		}
	})
}

func TestFeedbacksShowsEachViewerTheirOwn(t *testing.T) {
	db := recordtest.SQLite(t)
	d, h := open(t, db)
	tree(t, db)
	north, south, nowhere, employee, quarantined := feedback(1), feedback(2), feedback(3), feedback(4), feedback(5)
	north.Agent = "lea"
	north.Customer = &collect.Customer{Ref: "C1"}
	south.Unit, south.Agent, nowhere.Unit, employee.Audience, quarantined.Touchpoint = "south", "max", "", "employee", "x"
	var ids []cx.FeedbackID
	for _, in := range []collect.Incoming{north, south, nowhere, employee, quarantined} {
		ids = append(ids, put(t, d, in).ID)
	}
	customer := whois(t, h, d, "C1")
	for _, c := range []struct {
		name     string
		grant    people.Grant
		want     string
		customer bool
	}{
		{"director", people.Grant{Role: people.Director, Consulted: true}, "s1 lea, s2 max, s3 , s5 ", true},
		{"director before the consultation", people.Grant{Role: people.Director}, "s1 , s2 , s3 , s5 ", true},
		{"manager of the north", people.Grant{Role: people.Manager, Unit: "north", Consulted: true}, "s1 lea", true},
		{"manager of the south", people.Grant{Role: people.Manager, Unit: "south"}, "s2 ", false},
		{"adviser", people.Grant{Role: people.Adviser, Unit: "north", Agent: "max"}, "s2 max", false},
		{"nobody", people.Grant{}, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := people.ScopeOf(c.grant)
			got, err := d.Feedbacks(context.Background(), s, ids)
			if err != nil {
				t.Fatal(err)
			}
			var seen []string
			for _, f := range got {
				seen = append(seen, f.SourceID+" "+f.Agent)
			}
			if strings.Join(seen, ", ") != c.want {
				t.Errorf("sees %q, want %q", seen, c.want)
			}
			_, timeline, err := d.Customer(context.Background(), s, customer)
			if c.customer != (err == nil && len(timeline) == 1) || !c.customer && cx.KindOf(err) != cx.NotFound {
				t.Errorf("customer: %v %v", timeline, err)
			}
		})
	}
}

func TestAClosedDoorIsUnavailable(t *testing.T) {
	h := newHouse(recordtest.SQLite(t))
	d, err := collect.New(collect.Config{Dir: t.TempDir()}, h.deps())
	if err != nil {
		t.Fatal(err)
	}
	d.Stop() // safe before Start
	d, _ = collect.New(collect.Config{Dir: t.TempDir()}, h.deps())
	if _, err := d.Put(ctx, "", feedback(1)); cx.KindOf(err) != cx.Unavailable {
		t.Errorf("before Start: %v", err)
	}
	if err := d.Start(ctx); err != nil {
		t.Fatal(err)
	}
	put(t, d, feedback(1))
	d.Stop()
	d.Stop()
	if _, err := d.Put(ctx, "", feedback(2)); cx.KindOf(err) != cx.Unavailable {
		t.Errorf("after Stop: %v", err)
	}
}

// Whatever is sent is refused with a reason or kept so that it is read back.
func FuzzPut(f *testing.F) {
	f.Add([]byte(`{"source":"a","source_id":"1","at":"2026-01-01T00:00:00Z","scores":{"nps":9,"fcr":true},"verbatim":"é\u0000"}`))
	f.Add([]byte(`{"source":"a","at":"2026-01-01T00:00:00.123456789+02:00","verbatims":[{"question":"q","text":"\u2028\u0007\"\\"}],"attributes":{"a":1e300,"b":null,"c":"x"}}`))
	f.Add([]byte(`{"source":"a","at":"2026-01-01T00:00:00Z","touchpoint":"nope","verbatim":"x","customer":{"email":"A@b.c","phone":"0612345678","attributes":{"k":false}}}`))
	d, _ := open(f, recordtest.SQLite(f))
	f.Fuzz(func(t *testing.T, b []byte) {
		var in collect.Incoming
		if json.Unmarshal(b, &in) != nil {
			return
		}
		out, err := d.Put(ctx, "", in)
		if err != nil {
			t.Fatal(err)
		}
		if out.Verdict == collect.Rejected {
			if len(out.Errors) == 0 {
				t.Error("rejected without a reason")
			}
			return
		}
		stored, err := d.Present(ctx, []int64{int64(out.ID)})
		if err != nil || len(stored) != 1 || !utf8.Valid(stored[0].Payload) || !json.Valid(stored[0].Payload) {
			t.Fatalf("%v %v", stored, err)
		}
		got, err := collect.Decode(stored[0])
		if err != nil {
			t.Fatal(err)
		}
		if out.Verdict == collect.Accepted && (got.Source != in.Source || !got.At.Equal(in.At.Truncate(time.Microsecond)) || got.Survey != in.Survey) {
			t.Errorf("%+v from %+v", got, in)
		}
	})
}
