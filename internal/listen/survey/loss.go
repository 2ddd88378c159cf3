package survey

import (
	"context"
	"encoding/json"

	"vigie/internal/cx"
)

// Loss is one thing of a file that is not in the survey as it was, or that somebody should look at.
type Loss struct {
	// Question is its name in the file (code, export tag); "" is the survey as a whole.
	Question string         `json:"question,omitempty"`
	Code     string         `json:"code"` // message id
	Args     map[string]any `json:"args,omitempty"`
	// Note: nothing is missing, but it is worth a look.
	Note bool `json:"note,omitempty"`
}

// KeepLosses keeps what the file of a draft said and the draft does not; none: it has been read.
func (s *Store) KeepLosses(ctx context.Context, key cx.SurveyID, l []Loss) error {
	if l == nil {
		l = []Loss{}
	}
	b, err := json.Marshal(l)
	if err != nil {
		return err
	}
	return s.change(ctx, key, `UPDATE survey SET losses = ? WHERE key = ?`, string(b), string(key))
}
