package insight

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/people"
)

func TestQuestionsSurviveJSON(t *testing.T) {
	for _, text := range []string{
		`{"indicator":"nps"}`,
		`{"indicator":"nps","by":["touchpoint","month"],"where":{"attributes.segment":["premium"],"channel":["phone"],"scores.csat":{"lte":2}},"during":{"from":"2026-01-01","to":"2026-02-01"},"versus":"previous"}`,
		`{"indicator":"nps","where":{"channel":{"not":["phone","web"]},"score":{"gt":1,"lt":5},"unit":{"missing":true}},"versus":{"where":{"channel":["web"]}}}`,
		`{"indicator":"nps","versus":{"during":{"from":"2026-01-01","to":"2026-02-01"}}}`,
		`{"indicator":"nps","where":{"attributes.age":[18,42.5],"attributes.vip":[true],"unit":{"missing":false}},"versus":"year"}`,
	} {
		var q Query
		if err := json.Unmarshal([]byte(text), &q); err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		b, err := json.Marshal(q)
		if err != nil {
			t.Fatal(err)
		}
		if d := gocmp.Diff(text, string(b)); d != "" {
			t.Error(d)
		}
	}
}

func TestUnknownAndWrongKeysAreNamed(t *testing.T) {
	for text, field := range map[string]string{
		`{"indicator":"nps","colour":"red"}`:                              "colour",
		`{"indicator":3}`:                                                 "indicator",
		`{"by":"month"}`:                                                  "by",
		`{"where":[]}`:                                                    "where",
		`{"where":{"channel":"phone"}}`:                                   "where.channel",
		`{"where":{"channel":[]}}`:                                        "where.channel",
		`{"where":{"channel":[["phone"]]}}`:                               "where.channel",
		`{"where":{"channel":{"like":"p%"}}}`:                             "where.channel.like",
		`{"where":{"channel":{"not":["a"],"missing":true}}}`:              "where.channel",
		`{"where":{"channel":{}}}`:                                        "where.channel",
		`{"where":{"score":{"lte":"2"}}}`:                                 "where.score.lte",
		`{"during":{"from":"2026-01-01","until":"2026-02-01"}}`:           "during.until",
		`{"during":"2026"}`:                                               "during",
		`{"versus":"tomorrow"}`:                                           "versus",
		`{"versus":{}}`:                                                   "versus",
		`{"versus":{"during":{"from":"a","to":"b"},"where":{"a":["b"]}}}`: "versus",
		`{"versus":{"where":{"a":{"b":1}}}}`:                              "versus.where.a.b",
		`{"versus":{"whit":1}}`:                                           "versus.whit",
	} {
		var q Query
		err := json.Unmarshal([]byte(text), &q)
		if e, ok := errors.AsType[*cx.Error](err); !ok || e.Kind != cx.Invalid || e.Field != field {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestRowsAreWrittenAsTheContractSays(t *testing.T) {
	for want, r := range map[string]Row{
		`{"by":{"month":"2026-01"},"n":123,"value":12.2,"low":3.9,"high":20.5,"enough":true,"versus":{"n":5,"value":1,"difference":11.2,"low":1,"high":21,"significant":true}}`: {
			By: map[string]string{"month": "2026-01"}, Figure: cx.Figure{N: 123, Has: true, Value: 12.2, Low: 3.9, High: 20.5, Enough: true},
			Versus: &Compared{cx.Figure{N: 5, Has: true, Value: 1}, cx.Compared{Has: true, Difference: 11.2, Low: 1, High: 21, Significant: true}}},
		`{"by":{},"n":0,"value":null,"low":null,"high":null,"enough":false}`: {},
		`{"by":{},"n":1,"value":4,"low":null,"high":null,"enough":false,"versus":{"n":0,"value":null,"difference":null,"low":null,"high":null,"significant":false}}`: {
			Figure: cx.Figure{N: 1, Has: true, Value: 4, Low: math.Inf(-1), High: math.Inf(1)}, Versus: &Compared{}},
	} {
		b, err := json.Marshal(r)
		if d := gocmp.Diff(want, string(b)); d != "" || err != nil {
			t.Error(err, d)
		}
	}
}

func TestQuestionsQueueThenGiveUp(t *testing.T) {
	w := newWorld(t)
	w.seed(t, 1, 20)
	i := w.start(t, t.TempDir())
	for range cap(i.slots) {
		i.slots <- struct{}{}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := i.Ask(ctx, people.Whole(), Query{Indicator: "nps"})
	if e, ok := errors.AsType[*cx.Error](err); !ok || e.Code != "insight.busy" {
		t.Errorf("got %v", err)
	}
	<-i.slots
	if _, err := i.Ask(t.Context(), people.Whole(), Query{Indicator: "nps"}); err != nil {
		t.Errorf("with a free place: %v", err)
	}
}

func TestAQuestionStopsAtItsDeadline(t *testing.T) {
	i, err := Synthetic(t.Context(), t.TempDir(), 200_000, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer i.Stop()
	i.c.Deadline = time.Millisecond
	_, err = i.Ask(t.Context(), people.Whole(), Query{Indicator: "nps", By: []string{"attributes.a0", "day"}})
	if cx.KindOf(err) != cx.Unavailable {
		t.Errorf("got %v", err)
	}
	i.c.Deadline = time.Minute
	_, err = i.Ask(t.Context(), people.Whole(), Query{Indicator: "nps", By: []string{"attributes.a0", "day"}})
	if e, ok := errors.AsType[*cx.Error](err); !ok || e.Kind != cx.TooMany || e.Code != "insight.too_many_rows" {
		t.Errorf("got %v", err)
	}
	if _, err := i.Ask(t.Context(), people.Whole(), Query{Indicator: "nps"}); err != nil {
		t.Errorf("after both: %v", err)
	}
}

func TestTheEngineIsClosedToTheOutside(t *testing.T) {
	w := newWorld(t)
	i := w.start(t, t.TempDir())
	for _, q := range []string{`SELECT * FROM read_csv('/etc/hostname')`, `ATTACH 'x.duckdb'`, `INSTALL httpfs`, `LOAD httpfs`,
		`COPY facts TO 'x.csv'`, `SET enable_external_access = true`, `SET memory_limit = '10GB'`} {
		if _, err := i.cur.db.Exec(q); err == nil {
			t.Errorf("%s went through", q)
		}
	}
}
