package invite

import (
	"context"

	"vigie/internal/channel/sms"
	"vigie/internal/cx"
	"vigie/internal/listen/survey"
	"vigie/internal/people"
)

// Heard is what an answer by short message says.
type Heard struct {
	Stop bool
	// Invitation it answers; 0: none was sent to that number.
	Invitation InvitationID
	// Root is the invitation at whose address it is answered.
	Root    InvitationID
	Survey  cx.SurveyID
	Version int64
	// Question and Score: the point meant, when there is exactly one; Score nil otherwise.
	Question survey.QuestionID
	Score    *float64
	// Words: all that is not the score. Doubt: a number among them may mean two things.
	Words string
	Doubt bool
	// Anonymous: the survey is, and an answer from a number is not: nothing of it is kept. Closed: it was too late.
	Anonymous, Closed bool
}

// Hear reads an answer by short message: STOP ends short messages to that person at once; a score is for the first question of
// the last survey sent to that number. A number that may mean two things is never guessed: the whole answer is kept as words.
func (s *Store) Hear(ctx context.Context, from, text string) (Heard, error) {
	var h Heard
	last, err := s.sentTo(ctx, from, SMS, 1)
	if err != nil {
		return h, err
	}
	if sms.Read(text, 0, 10).Stop {
		h.Stop = true
		return h, s.stopSMS(ctx, from)
	}
	if len(last) == 0 {
		return h, nil
	}
	i := &last[0]
	h.Invitation, h.Root, h.Survey, h.Version = i.ID, i.Root(), i.Survey, i.Version
	v, err := s.d.Surveys.Published(ctx, i.Survey, i.Version)
	if err != nil {
		return h, err
	}
	h.Words = text
	q := firstScore(&v.Definition)
	if q == nil {
		return h, nil
	}
	low, high, _ := q.Scale()
	r := sms.Read(text, int(low), int(high))
	h.Question, h.Doubt = q.Key, r.Doubt
	if r.Score != nil && !r.Doubt {
		score := float64(*r.Score)
		h.Score, h.Words = &score, r.Words
	}
	return h, nil
}

// stopSMS notes that whoever has a number wants no more short messages; nobody known by it was ever written to.
func (s *Store) stopSMS(ctx context.Context, from string) error {
	p, err := s.d.Customers.Find(ctx, people.Whole(), from)
	if notFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.ChangePreference(ctx, p.ID, "sms", func(w *Preference) {
		channels := map[string]bool{SMS: true}
		for c, no := range w.Channels {
			channels[c] = no || c == SMS
		}
		w.Channels = channels
	})
}
