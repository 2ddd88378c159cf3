package cx

import "time"

// Program says on which object a customer was listened to. Figures of different programs are never pooled.
type Program string

const (
	Relational    Program = "relational"
	Transactional Program = "transactional"
	Spontaneous   Program = "spontaneous"
)

// Audience says who speaks. Never two in one figure.
type Audience string

const (
	Customers Audience = "customer"
	Employees Audience = "employee"
)

// Channels lived, and ways an answer was collected, in the order they are shown.
var (
	Channels    = []string{"phone", "store", "web", "app", "selfcare", "chat", "chatbot", "email", "mail", "social", "field", "partner"}
	Collections = []string{"email", "sms", "sms_reply", "ivr", "web", "app", "kiosk", "qr", "paper", "interviewer", "review_site", "mailbox", "import"}
)

// State of a feedback in the record.
type State int

const (
	Live        State = 0
	Quarantined State = 1 // an unknown touchpoint or unit: kept, visible, repairable, in no figure
	Erased      State = 2 // nothing but its key hash is left
)

// Feedback is one signal from one person at one moment, as the record keeps it: checked and resolved.
// Times are UTC, to the microsecond.
type Feedback struct {
	ID       FeedbackID `json:"-"`
	State    State      `json:"-"`
	Identity IdentityID `json:"-"` // 0: nobody known

	Source      string       `json:"source"`
	SourceID    string       `json:"source_id,omitempty"`
	At          time.Time    `json:"at"`
	Received    time.Time    `json:"received"`
	Amended     time.Time    `json:"amended,omitzero"`     // when it was last changed after it came; zero: never
	Touchpoint  TouchpointID `json:"touchpoint,omitempty"` // as sent while quarantined, canonical once live
	Channel     string       `json:"channel,omitempty"`
	CollectedBy string       `json:"collected_by,omitempty"`
	Program     Program      `json:"program"`
	Audience    Audience     `json:"audience"`
	Contact     string       `json:"contact,omitempty"`
	Unit        UnitID       `json:"unit,omitempty"` // as sent while quarantined, canonical once live
	Agent       string       `json:"agent,omitempty"`
	// Respondent tells employees apart in counts, and names nobody.
	Respondent string `json:"respondent,omitempty"`
	Lang       string `json:"lang,omitempty"`
	Survey     string `json:"survey,omitempty"`

	// Scores: points on the metric's scale, in steps: raw value ÷ step (step 1: the value itself; yes = 1, no = 0).
	Scores    map[MetricID]int64 `json:"scores,omitempty"`
	Verbatims []Verbatim         `json:"verbatims,omitempty"`
	// Attributes: string, float64 or bool; the feedback's own win over its customer's, both as they were at the time.
	Attributes map[AttributeID]any `json:"attributes,omitempty"`
	// Media are the files sent with it, in the order they came.
	Media []MediaID `json:"media,omitempty"`
}

// Verbatim is what a person wrote or said, to one question ("" when there was none).
type Verbatim struct {
	Question string `json:"question,omitempty"`
	Text     string `json:"text"`
}
