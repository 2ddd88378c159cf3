package demo

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/invite"
	"vigie/internal/listen/response"
	"vigie/internal/listen/survey"
)

// sequel is what comes back of a message.
type sequel struct {
	at   time.Time
	what string // answer, partial, soft, or a wish
	id   invite.InvitationID
	root invite.InvitationID // whose page is answered
}

// fateOf tells what becomes of a message, with the words a server would say. Whose address fails, fails each time.
func (s *Story) fateOf(w invite.Written) (invite.Fate, string) {
	f := s.asking.Fate
	u := s.rand("address", w.To).Float64()
	switch {
	case u < f["hard"] && w.Channel == invite.SMS:
		return invite.Unknown, "unknown subscriber"
	case u < f["hard"]:
		return invite.Unknown, "550 5.1.1 user unknown"
	case u < f["hard"]+f["trouble"]:
		return invite.Later, "451 4.3.2 system not accepting messages"
	}
	u = s.rand("message", strconv.FormatInt(int64(w.ID), 10), strconv.Itoa(w.Round)).Float64()
	switch {
	case u < f["server"]:
		return invite.Failed, "554 5.7.1 message refused by policy"
	case u < f["server"]+f["unsure"]:
		return invite.Doubt, "connection lost after the message was given"
	}
	return invite.Gone, ""
}

// sequelOf tells what comes back of a message that left at a moment: an answer, a failure, a wish; false when nothing does.
// hurry makes people answer within minutes.
func (s *Story) sequelOf(i *invite.Invitation, round int, at time.Time, hurry bool) (sequel, bool) {
	r := s.rand("sequel", strconv.FormatInt(int64(i.ID), 10), strconv.Itoa(round))
	q := sequel{id: i.ID, root: i.Root()}
	if i.Channel == invite.Email && r.Float64() < s.asking.Fate["soft"] {
		q.what, q.at = "soft", at.Add(time.Duration(1+r.IntN(40))*time.Minute)
		return q, true
	}
	a := s.asking.Answers
	share := a.Channel[i.Channel] * cmp.Or(a.Wording[i.Wording], 1) * cmp.Or(a.Segment[i.Segment], 1) * math.Pow(0.55, float64(round))
	if r.Float64() < share {
		q.what = "answer"
		if r.Float64() < a.Partial {
			q.what = "partial"
		}
		q.at = s.awake(at.Add(slowness(r, hurry)))
		return q, true
	}
	for _, word := range []string{"stop", "topic", "objection", "pause"} {
		if r.Float64() < s.asking.Wishes.Written[word] {
			q.what, q.at = word, s.awake(at.Add(slowness(r, hurry)))
			return q, true
		}
	}
	return sequel{}, false
}

// slowness of people: half of them answer within three hours, one in six after ten.
func slowness(r *rand.Rand, hurry bool) time.Duration {
	if hurry {
		return time.Duration(20+r.IntN(240)) * time.Second
	}
	return time.Duration(math.Exp(math.Log(3)+1.2*r.NormFloat64())*3600) * time.Second
}

// awake puts off to the morning what falls in the night.
func (s *Story) awake(at time.Time) time.Time {
	if h := at.In(s.zone).Hour(); h < 7 {
		return at.Add(time.Duration(7-h) * time.Hour)
	}
	return at
}

// replyOf answers a survey as its customer lived it: its first questions, as many as said, or all for 0.
func (t *teller) replyOf(one *response.Response, at time.Time, most int) response.Said {
	t.r = t.s.rand("reply", strconv.FormatInt(one.Invitation, 10))
	m := t.momentOf(one, at)
	said := response.Said{Answers: map[survey.QuestionID]survey.Answer{}}
	state := one.Known()
	state.Answers = said.Answers
	passed := map[survey.QuestionID]bool{}
	for {
		q := one.Version.Path(state).Open(passed)
		if q == nil {
			return said
		}
		a := t.answerOf(m, q)
		if kept, err := q.Take(a); err == nil && !kept.Empty() {
			said.Answers[q.Key] = kept
		} else {
			passed[q.Key] = true
			said.Passed = append(said.Passed, q.Key)
		}
		if most > 0 && len(said.Answers)+len(said.Passed) >= most {
			return said
		}
	}
}

// momentOf is what somebody who answers an invitation lived.
func (t *teller) momentOf(one *response.Response, at time.Time) *moment {
	m := &moment{at: at, kept: true, by: one.CollectedBy, lang: one.Language, tone: mixed}
	id := crowdID(one)
	m.id, m.who = id, t.s.crowd.people[id]
	m.place = slices.IndexFunc(t.s.places, func(p place) bool { return string(p.Key) == one.Unit })
	if m.place < 0 {
		m.place = int(m.who.place)
	}
	t.openDay(int(math.Round(dayOf(at, t.s.zone).Sub(t.anchor).Hours() / 24)))
	m.p = &t.s.points[0]
	if i := slices.IndexFunc(t.s.points, func(p point) bool { return p.key == cmp.Or(one.Touchpoint, string(one.Version.Touchpoint)) }); i >= 0 {
		m.p = &t.s.points[i]
		m.mood = t.moodOf(m.p, m.place) + t.s.file.Segments[m.who.segment].Mood + t.r.NormFloat64()
		return m
	}
	m.p = nil
	return m
}

// crowdID tells who a customer of the crowd is.
func crowdID(one *response.Response) int32 {
	if one.Customer == nil {
		return castCustomer
	}
	n, err := strconv.Atoi(strings.TrimPrefix(one.Customer.Ref, "FB"))
	if err != nil || n < 100000 {
		return castCustomer
	}
	return int32((n - 100000) / 7)
}

// answerOf is what somebody says to one question; the zero Answer leaves it.
func (t *teller) answerOf(m *moment, q *survey.Question) survey.Answer {
	switch {
	case q.Kind == survey.Matrix:
		rows := map[string]float64{}
		for _, r := range q.Rows {
			rows[r.Key] = cut(m.mood+aspectOffset[string(r.Metric)]+0.55*t.r.NormFloat64(), cutsCSAT, 1)
		}
		return survey.Answer{Rows: rows}
	case q.Kind == survey.Text:
		if m.p == nil && t.r.Float64() < 0.5 || m.p != nil && t.writes(m) {
			return survey.Answer{Text: t.write.verbatim(m)}
		}
		return survey.Answer{}
	case q.Kind == survey.Ranking:
		return survey.Answer{Choices: t.shuffled(q)}
	case q.Kind.Lists():
		return survey.Answer{Choices: t.shuffled(q)[:1]}
	case scoreOf(q) != "":
		v := t.scoreSaid(m, scoreOf(q))
		return survey.Answer{Number: &v}
	}
	return survey.Answer{}
}

// scoreSaid is a score of somebody's mood; the tone of their words follows the first.
func (t *teller) scoreSaid(m *moment, metric string) float64 {
	if m.p == nil {
		v := npsAt(t.r.Float64(), t.nps(), t.r.Float64())
		m.tone = t.toneOf(map[string]float64{metric: v})
		return v
	}
	v := t.score(m, metric)
	if m.voice == "" && (metric == "csat" || metric == "nps") {
		m.tone = t.toneOf(map[string]float64{metric: v})
		if metric == "csat" || !slices.ContainsFunc(m.p.metrics, func(s share) bool { return s.key == "csat" }) {
			t.chooseVoice(m, nil)
		}
	}
	return v
}

func (t *teller) shuffled(q *survey.Question) []string {
	var l []string
	for _, o := range q.Choices {
		if !o.Other {
			l = append(l, o.Key)
		}
	}
	t.r.Shuffle(len(l), func(i, j int) { l[i], l[j] = l[j], l[i] })
	return l
}

// known tells an error that only says that nothing is to be done any more.
func settled(err error) bool {
	k := cx.KindOf(err)
	return err != nil && (k == cx.NotFound || k == cx.Conflict)
}
