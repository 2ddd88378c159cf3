package response

import (
	"context"
	"slices"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/survey"
)

// DoubtAttribute says that a short message holds a number that may mean two things ("8 ou 9"), until a score is given: a
// person has to read it.
const DoubtAttribute = "survey.doubt"

// Texted is what an answer by short message says.
type Texted struct {
	Question survey.QuestionID
	Score    *float64 // nil: none for sure
	Words    string
	Doubt    bool
}

// Text keeps an answer by short message, as Answer does: the score, and the words under the question of the survey that
// takes words from this person; a survey without one keeps them as they came. Words of a later message come after those
// before; the same again are one.
func (d *Desk) Text(ctx context.Context, t Token, said Texted) (*Response, error) {
	return d.change(ctx, t, func(r *Response) error {
		if r.Feedback == 0 && r.CollectedBy == "sms" {
			r.CollectedBy = "sms_reply"
		}
		answers := map[survey.QuestionID]survey.Answer{}
		if said.Score != nil {
			answers[said.Question] = survey.Answer{Number: said.Score}
			r.After.Doubt = false
		} else if said.Doubt {
			r.After.Doubt = r.Answers[said.Question].Empty()
		}
		if err := r.take(Said{Answers: answers}); err != nil {
			return err
		}
		words := strings.TrimSpace(said.Words)
		if words == "" {
			return nil
		}
		if q := r.wordy(); q != nil {
			before := r.Answers[q.Key].Text
			if r.take(Said{Answers: map[survey.QuestionID]survey.Answer{q.Key: {Text: joinWords(before, words)}}}) == nil {
				return nil
			}
		}
		r.After.Words = joinWords(r.After.Words, words)
		return nil
	})
}

// wordy gives the first question met that is answered in words, nil when there is none.
func (r *Response) wordy() *survey.Question {
	for _, q := range r.Path().Questions {
		if q.Kind == survey.Text {
			return q
		}
	}
	return nil
}

// wordsMost is what is kept of short messages, in bytes.
const wordsMost = 8000

func joinWords(before, words string) string {
	if before == "" {
		return words
	}
	if slices.Contains(strings.Split(before, "\n"), words) || len(before)+len(words) > wordsMost {
		return before
	}
	return before + "\n" + words
}

// texted adds what short messages said beside the questions.
func (a After) texted(in *collect.Incoming) {
	if a.Words != "" {
		in.Verbatims = append(in.Verbatims, cx.Verbatim{Text: a.Words})
	}
	if a.Doubt {
		in.Attributes[DoubtAttribute] = true
	}
}
