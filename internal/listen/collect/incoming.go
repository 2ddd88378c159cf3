package collect

import (
	"encoding/json"
	"fmt"
	"time"

	"vigie/internal/cx"
)

// Incoming is one feedback as its source sends it: the JSON object of POST /api/v1/feedbacks, and what files, the demo
// and later surveys hand to the door. Only Source, At and one score or verbatim are required.
type Incoming struct {
	Source      string         `json:"source"`
	SourceID    string         `json:"source_id,omitempty"`
	At          time.Time      `json:"at"`
	Touchpoint  string         `json:"touchpoint,omitempty"`
	Channel     string         `json:"channel,omitempty"`
	CollectedBy string         `json:"collected_by,omitempty"`
	Program     string         `json:"program,omitempty"`  // "": transactional with a touchpoint, spontaneous without
	Audience    string         `json:"audience,omitempty"` // "": customer
	Contact     string         `json:"contact,omitempty"`
	Customer    *Customer      `json:"customer,omitempty"`
	Unit        string         `json:"unit,omitempty"`
	Agent       string         `json:"agent,omitempty"`
	Lang        string         `json:"lang,omitempty"`
	Survey      string         `json:"survey,omitempty"`
	Scores      Scores         `json:"scores,omitempty"`
	Verbatims   []cx.Verbatim  `json:"verbatims,omitempty"`
	Verbatim    string         `json:"verbatim,omitempty"` // short for one verbatim without question
	Attributes  map[string]any `json:"attributes,omitempty"`
	// Media are files kept before (listen/media) that no other feedback holds.
	Media []cx.MediaID `json:"media,omitempty"`
	// Received is when another house took it, told by the program alone; zero, or later than now: now.
	Received time.Time `json:"-"`
}

// Customer is what the sender knows of the person. Ref, Email, Phone: at least one, to be recognised again.
type Customer struct {
	Ref        string         `json:"ref,omitempty"`
	Email      string         `json:"email,omitempty"`
	Phone      string         `json:"phone,omitempty"`
	Name       string         `json:"name,omitempty"`
	Status     string         `json:"status,omitempty"` // prospect, customer, former
	Attributes map[string]any `json:"attributes,omitempty"`
}

// Scores by metric or aspect key, in the values of the metric's scale; in JSON true is 1 and false is 0.
type Scores map[string]float64

// UnmarshalJSON reads numbers and booleans; anything else is refused naming its key.
func (s *Scores) UnmarshalJSON(b []byte) error {
	var raw map[string]any
	if err := json.Unmarshal(b, &raw); err != nil {
		return err
	}
	*s = make(Scores, len(raw))
	for k, v := range raw {
		switch v := v.(type) {
		case float64:
			(*s)[k] = v
		case bool:
			(*s)[k] = 0
			if v {
				(*s)[k] = 1
			}
		case nil: // said not to have answered
		default:
			return cx.Fail(cx.Invalid, "scores."+k, "collect.score_not_number", "value", fmt.Sprint(v))
		}
	}
	return nil
}

// Line is one feedback of a batch with its place in what was sent (from 1).
type Line struct {
	Number   int
	Incoming Incoming
}

// Verdict is what the door did of one feedback.
type Verdict string

const (
	Accepted    Verdict = "accepted"    // new, on disk
	Duplicate   Verdict = "duplicate"   // same key, same content: same id, nothing written
	Conflicting Verdict = "conflict"    // same key, other content: nothing written
	Waiting     Verdict = "quarantined" // new, on disk, waits for its touchpoint or unit to be mapped
	Gone        Verdict = "erased"      // same key as an erased feedback: nothing written
	Rejected    Verdict = "rejected"    // invalid: nothing written, Errors say why
)

// Outcome is the answer of the door for one Line, in the order of the lines.
type Outcome struct {
	Line    int
	Verdict Verdict
	ID      cx.FeedbackID // 0 when rejected
	Errors  []*cx.Error   // every problem found, Rejected and Conflicting only
}
