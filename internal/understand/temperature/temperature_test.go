package temperature

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vigie/internal/cx"
)

var now = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// said is a moment some days ago on a scale of five.
func said(id cx.FeedbackID, days int, at cx.TouchpointID, csat int, words bool) Moment {
	m := Moment{Feedback: id, At: now.AddDate(0, 0, -days), Touchpoint: at, Words: words}
	if csat > 0 {
		m.Metric, m.Share = "csat", float64(csat-1)/4
		m.Box = []Box{Low, Low, Middle, High, High}[csat-1]
	}
	return m
}

// told is an advice with the ids it comes from.
type told struct {
	Rule Rule
	From []cx.FeedbackID
}

func tell(list []Advice) []told {
	var out []told
	for _, a := range list {
		t := told{Rule: a.Rule}
		for _, m := range a.From {
			t.From = append(t.From, m.Feedback)
		}
		out = append(out, t)
	}
	return out
}

func TestEveryRuleSpeaksWhenItShould(t *testing.T) {
	type ids = []cx.FeedbackID
	for _, c := range []struct {
		name   string
		who    Customer
		warmth Warmth
		trend  Trend
		say    []told
		avoid  []told
	}{
		{"nobody ever spoke", Customer{}, Unknown, TooFew, []told{{Silent, nil}}, nil},
		{"silent for two years", Customer{Moments: []Moment{said(1, 700, "bill", 1, true)}}, Unknown, TooFew, []told{{Silent, ids{1}}}, nil},
		{"bad note with words", Customer{Moments: []Moment{said(1, 5, "visit", 1, true)}}, Cold, TooFew,
			[]told{{Apologise, ids{1}}}, []told{{NoOffer, ids{1}}, {NoRepeat, ids{1}}}},
		{"bad note without a word", Customer{Moments: []Moment{said(1, 5, "visit", 2, false)}}, Cold, TooFew, []told{{Apologise, ids{1}}}, []told{{NoOffer, ids{1}}}},
		{"bad twice at one place", Customer{Moments: []Moment{said(3, 5, "visit", 1, false), said(2, 30, "call", 3, false), said(1, 40, "visit", 2, false)}}, Cold, Falling,
			[]told{{Apologise, ids{3}}, {Again, ids{3, 1}}}, []told{{NoOffer, ids{3}}}},
		{"a kind call does not settle a missed visit", Customer{Moments: []Moment{said(2, 4, "call", 5, true), said(1, 5, "visit", 1, true)}}, Cold, TooFew,
			[]told{{Apologise, ids{1}}}, []told{{NoOffer, ids{1}}, {NoRepeat, ids{1}}}},
		{"good since at the same place", Customer{Moments: []Moment{said(2, 2, "visit", 5, false), said(1, 20, "visit", 1, true)}}, Warm, TooFew, []told{{Recovered, ids{2, 1}}}, nil},
		{"good since, and says why", Customer{Moments: []Moment{said(2, 2, "visit", 5, true), said(1, 20, "visit", 1, true)}}, Warm, TooFew,
			[]told{{Recovered, ids{2, 1}}, {Thank, ids{2}}}, nil},
		{"open for two months", Customer{Moments: []Moment{said(2, 10, "shop", 4, true), said(1, 60, "bill", 2, true)}}, Tepid, TooFew,
			[]told{{AskAfter, ids{1}}, {Thank, ids{2}}}, []told{{NoRepeat, ids{1}}}},
		{"bad four months ago, silent since", Customer{Moments: []Moment{said(1, 120, "bill", 1, true)}}, Tepid, TooFew, nil, []told{{NoOffer, ids{1}}}},
		{"promoter with words", Customer{Moments: []Moment{said(1, 3, "shop", 5, true)}}, Warm, TooFew, []told{{Thank, ids{1}}}, nil},
		{"promoter without a word", Customer{Moments: []Moment{said(1, 3, "shop", 5, false)}}, Warm, TooFew, nil, nil},
		{"middling", Customer{Moments: []Moment{said(1, 3, "shop", 3, true)}}, Tepid, TooFew, []told{{AskMore, ids{1}}}, nil},
		{"rising", Customer{Moments: []Moment{said(3, 3, "shop", 5, false), said(2, 50, "shop", 3, false), said(1, 80, "call", 3, false)}}, Warm, Rising, nil, nil},
		{"steady", Customer{Moments: []Moment{said(3, 3, "shop", 4, false), said(2, 50, "shop", 4, false), said(1, 80, "call", 5, false)}}, Warm, Steady, nil, nil},
		{"words without a score", Customer{Moments: []Moment{said(1, 3, "shop", 0, true)}}, Unknown, TooFew, nil, nil},
		{"has left and objects", Customer{Moments: []Moment{said(1, 3, "shop", 5, false)}, Former: true, Refused: []Rule{NoSurvey, NoCall}}, Warm, TooFew, nil, []told{{NoUsual, nil}, {NoSurvey, nil}, {NoCall, nil}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Read(c.who, now)
			if r.Warmth != c.warmth || r.Trend != c.trend {
				t.Errorf("%s and %s, not %s and %s", r.Warmth, r.Trend, c.warmth, c.trend)
			}
			if d := cmp.Diff(c.say, tell(r.Say)); d != "" {
				t.Error("say: ", d)
			}
			if d := cmp.Diff(c.avoid, tell(r.Avoid)); d != "" {
				t.Error("avoid: ", d)
			}
		})
	}
}

func TestWhatIsOpenIsBadRecentAndNotSettled(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var c Customer
		days := 0
		for i := range rapid.IntRange(0, 8).Draw(t, "n") {
			days += rapid.IntRange(0, 60).Draw(t, "days")
			at := rapid.SampledFrom([]cx.TouchpointID{"", "visit", "call"}).Draw(t, "at")
			c.Moments = append(c.Moments, said(cx.FeedbackID(i+1), days, at, rapid.IntRange(0, 5).Draw(t, "csat"), rapid.Bool().Draw(t, "words")))
		}
		r := Read(c, now)
		for _, m := range r.Open {
			if m.Box != Low || now.Sub(m.At) > open {
				t.Fatalf("open: %+v", m)
			}
			for _, later := range c.Moments {
				if later.Box == High && later.Touchpoint == m.Touchpoint && later.Feedback < m.Feedback {
					t.Fatalf("%+v was settled by %+v", m, later)
				}
			}
		}
		if r.Warmth == Warm && len(r.Open) > 0 {
			t.Fatal("warm with something open")
		}
		for _, a := range append(r.Say, r.Avoid...) {
			if len(a.From) == 0 && a.Rule != Silent {
				t.Fatalf("%s comes from nothing", a.Rule)
			}
		}
	})
}
