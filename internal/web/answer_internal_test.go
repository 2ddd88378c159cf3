package web

import (
	"strconv"
	"testing"
	"time"

	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/understand/insight"
)

func editionAt(t *testing.T, n int) insight.Edition {
	t.Helper()
	var p record.Position
	if err := p.UnmarshalText([]byte(strconv.Itoa(n))); err != nil {
		t.Fatal(err)
	}
	return insight.Edition{Position: p}
}

func answerOf(key string, e insight.Edition, rows int) keptAnswer {
	return keptAnswer{key, e, insight.Answer{Position: e.Position, Rows: make([]insight.Row, rows)}}
}

func TestAnAnswerIsGivenWhileFiguresStandStillAndNeverAfter(t *testing.T) {
	t.Parallel()
	var c answers
	c.keep(answerOf("q", editionAt(t, 4), 1))
	for n, want := range map[int]bool{3: false, 4: true, 5: false} {
		if _, ok := c.find("q", editionAt(t, n)); ok != want {
			t.Errorf("kept at 4, asked at %d: %t", n, ok)
		}
	}
	c.keep(answerOf("q", editionAt(t, 5), 2))
	if _, ok := c.find("q", editionAt(t, 4)); ok {
		t.Error("what was replaced is given")
	}
}

func TestKeptAnswersAreBoundedAndTheUsedOnesStay(t *testing.T) {
	t.Parallel()
	var c answers
	e := editionAt(t, 1)
	c.keep(answerOf("wide", e, mostRowsKept+1))
	c.keep(answerOf("used", e, 10))
	for n := range 3 * mostKeptRows / mostRowsKept {
		c.keep(answerOf(strconv.Itoa(n), e, mostRowsKept))
		if _, ok := c.find("used", e); !ok {
			t.Fatalf("the used one is gone after %d", n)
		}
	}
	if _, ok := c.find("wide", e); ok {
		t.Error("an answer too wide is kept")
	}
	if _, ok := c.find("0", e); ok || c.rows > mostKeptRows || len(c.of) != c.recent.Len() {
		t.Errorf("oldest kept %t, %d rows, %d keys of %d", ok, c.rows, len(c.of), c.recent.Len())
	}
}

func TestAnAnswerIsKeptForOneScopeOneQuestionAndOneDay(t *testing.T) {
	t.Parallel()
	at := func(scope people.Scope, day int) *ground {
		return &ground{visit: &visit{Viewer: people.Viewer{Scope: scope}, Now: time.Date(2026, 1, day, 9, 0, 0, 0, time.UTC)}}
	}
	q := insight.Query{Indicator: "csat", During: &insight.Period{From: "2026-01-01", To: "2026-02-01"}}
	other := q
	other.Versus = previous()
	seen := map[string]int{}
	for n, c := range []struct {
		g *ground
		q insight.Query
	}{{at(people.Whole(), 1), q}, {at(people.Scope{}, 1), q}, {at(people.Whole(), 2), q}, {at(people.Whole(), 1), other}} {
		key, err := answerKey(c.g, c.q)
		if err != nil {
			t.Fatal(err)
		}
		if before, twice := seen[key]; twice {
			t.Errorf("%d and %d share %s", before, n, key)
		}
		seen[key] = n
	}
}
