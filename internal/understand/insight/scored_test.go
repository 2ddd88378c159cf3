package insight

import (
	"testing"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/catalogue"
	"vigie/internal/people"
	"vigie/internal/record"
)

func TestAMetricIsScoredOnceALiveFeedbackHoldsIt(t *testing.T) {
	w := newWorld(t)
	i := w.start(t, t.TempDir())
	tell := func(metric cx.MetricID, want bool, when string) {
		t.Helper()
		if got, err := i.Scored(t.Context(), metric); err != nil || got != want {
			t.Errorf("%s: %s scored: %v, %v", when, metric, got, err)
		}
	}
	tell("csat", false, "without feedback")
	f := feedback(1)
	f.ID, f.Audience, f.Scores = 1, cx.Employees, map[cx.MetricID]int64{"csat": 4}
	w.put(t, record.Created, cx.Live, f)
	tell("csat", true, "at once after an answer")
	tell("never", false, "after an answer of another metric")
	tell("no-such", false, "of an unknown metric")
	f.Scores = nil
	w.put(t, record.Amended, cx.Live, f)
	tell("csat", false, "once amended away")
	w.put(t, record.Created, cx.Quarantined, feedbackOf(2, "nps"))
	tell("nps", false, "while waiting")
}

func feedbackOf(id int64, metric cx.MetricID) cx.Feedback {
	f := feedback(id)
	f.ID, f.Scores = cx.FeedbackID(id), map[cx.MetricID]int64{metric: 3}
	return f
}

func TestScoredIsUnavailableWhileFiguresCannotTell(t *testing.T) {
	w := newWorld(t)
	i := w.start(t, t.TempDir())
	i.c.Deadline = 20 * time.Millisecond
	i.follower.Stop()
	w.put(t, record.Created, cx.Live, feedbackOf(1, "nps"))
	if _, err := i.Scored(t.Context(), "nps"); cx.KindOf(err) != cx.Unavailable {
		t.Errorf("behind the feed: %v", err)
	}
	i.Stop()
	if _, err := i.Scored(t.Context(), "nps"); cx.KindOf(err) != cx.Unavailable {
		t.Errorf("stopped: %v", err)
	}
}

func TestAnAttributeNotYetBackFilledIsUnavailable(t *testing.T) {
	w := newWorld(t)
	w.seed(t, 1, 100)
	i := w.start(t, t.TempDir())
	w.mu.Lock()
	w.catalogue.Attributes = append(w.catalogue.Attributes[:len(w.catalogue.Attributes):len(w.catalogue.Attributes)],
		catalogue.Attribute{Key: "plan", Type: catalogue.TextAttribute, Projected: true},
		catalogue.Attribute{Key: "card", Type: catalogue.TextAttribute, Projected: true, Personal: true})
	w.mu.Unlock()
	for key, want := range map[string]cx.Kind{"plan": cx.Unavailable, "card": cx.Invalid, "none": cx.Invalid} {
		for _, q := range []Query{{Indicator: "nps", By: []string{"attributes." + key}},
			{Indicator: "nps", Where: Where{"attributes." + key: {In: []any{"x"}}}}} {
			if _, err := i.Ask(t.Context(), people.Whole(), q); cx.KindOf(err) != want {
				t.Errorf("%s: %v", key, err)
			}
		}
	}
}
