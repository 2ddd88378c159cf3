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
	Survey     cx.SurveyID
	Version    int64
	// Question and Score: the point meant, when there is exactly one; Score nil otherwise.
	Question survey.QuestionID
	Score    *float64
	// Comment is the question that takes words, "" when the survey has none; Words all that is not the score.
	Comment survey.QuestionID
	Words   string
}

// Hear reads an answer by short message: STOP ends short messages to that person at once; a score is for the first question of
// the last survey sent to that number. A number that may mean two things is never guessed: the whole answer is kept as words.
func (s *Store) Hear(ctx context.Context, from, text string) (Heard, error) {
	var h Heard
	i, err := s.lastTo(ctx, from, SMS)
	if err != nil {
		return h, err
	}
	if sms.Read(text, 0, 10).Stop {
		h.Stop = true
		return h, s.stopSMS(ctx, from)
	}
	if i == nil {
		return h, nil
	}
	h.Invitation, h.Survey, h.Version = i.ID, i.Survey, i.Version
	v, err := s.d.Surveys.Published(ctx, i.Survey, i.Version)
	if err != nil {
		return h, err
	}
	h.Words, h.Comment = text, comment(&v.Definition)
	q := firstScore(&v.Definition)
	if q == nil {
		return h, nil
	}
	low, high, _ := q.Scale()
	r := sms.Read(text, int(low), int(high))
	if r.Score != nil && !r.Doubt {
		score := float64(*r.Score)
		h.Question, h.Score, h.Words = q.Key, &score, r.Words
	}
	return h, nil
}

// comment gives the first question answered in words, "" when there is none.
func comment(d *survey.Definition) survey.QuestionID {
	for _, q := range d.Questions() {
		if q.Kind == survey.Text {
			return q.Key
		}
	}
	return ""
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
