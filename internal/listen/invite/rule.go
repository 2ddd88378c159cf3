package invite

import (
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/survey"
)

// Rule says whom a survey is put to, when and how: the JSON of PUT /api/v1/invitation-rules/{key}.
type Rule struct {
	Key    string      `json:"key" yaml:"key"`
	Name   cx.Text     `json:"name" yaml:"name"`
	Survey cx.SurveyID `json:"survey" yaml:"survey"`
	// Stage: nothing leaves in framing, only the pilot group is asked in pilot and review, everybody concerned in go.
	Stage   Stage   `json:"stage,omitempty" yaml:"stage,omitempty"`
	Trigger Trigger `json:"trigger" yaml:"trigger"`
	// If narrows it, by the attributes of the occurrence and of the customer, and by event, touchpoint, unit, status.
	If *survey.Condition `json:"if,omitempty" yaml:"if,omitempty"`
	// Delay in minutes from the occurrence to the question.
	Delay int `json:"delay,omitempty" yaml:"delay,omitempty"`
	// Valid: days after the occurrence in which asking makes sense; 0 is 14.
	Valid int `json:"valid,omitempty" yaml:"valid,omitempty"`
	// Expires: days in which it may be answered, from the first message; 0 is 30.
	Expires  int      `json:"expires,omitempty" yaml:"expires,omitempty"`
	Sampling Sampling `json:"sampling,omitzero" yaml:"sampling,omitempty"`
	// Channels in the order they are tried: the first by which the person may be reached. Empty: e-mail, then SMS.
	Channels []string  `json:"channels,omitempty" yaml:"channels,omitempty"`
	Wordings []Wording `json:"wordings,omitempty" yaml:"wordings,omitempty"`
	// Pilot: who is asked before all are. nil: nobody.
	Pilot *survey.Condition `json:"pilot,omitempty" yaml:"pilot,omitempty"`
	// Reminders: days after the message before.
	Reminders []int `json:"reminders,omitempty" yaml:"reminders,omitempty"`
	Priority  int   `json:"priority,omitempty" yaml:"priority,omitempty"`
	// Clock of its own: this survey neither counts nor is held with the others of its program.
	Clock *Cap `json:"clock,omitempty" yaml:"clock,omitempty"`
	// Checks of the launch that were made, by name (Checklist).
	Checks    map[string]Check `json:"checks,omitempty" yaml:"checks,omitempty"`
	Decisions []Decided        `json:"decisions,omitempty" yaml:"decisions,omitempty"`
}

// Trigger makes a rule act: exactly one of Event, Every and List.
type Trigger struct {
	Event string `json:"event,omitempty" yaml:"event,omitempty"`
	// Every: "day", "week" (on Mondays) or "month" (on the first), all customers are looked at.
	Every string `json:"every,omitempty" yaml:"every,omitempty"`
	// List: only when it is run, on all customers or on those named.
	List bool `json:"list,omitempty" yaml:"list,omitempty"`
}

// Sampling keeps a share, or so many of each segment. The zero value keeps all.
type Sampling struct {
	// Share of those concerned, in percent; 0 is 100.
	Share float64 `json:"share,omitempty" yaml:"share,omitempty"`
	// Quota: at most N of each value of the attribute By in Days days (0: 30).
	Quota int    `json:"quota,omitempty" yaml:"quota,omitempty"`
	By    string `json:"by,omitempty" yaml:"by,omitempty"`
	Days  int    `json:"days,omitempty" yaml:"days,omitempty"`
}

// Wording is one way to ask. With several, each person has one for good, as likely as another. Texts may hold
// {name}, {survey} and {@attribute|otherwise}.
type Wording struct {
	Key     string  `json:"key" yaml:"key"`
	Subject cx.Text `json:"subject,omitempty" yaml:"subject,omitempty"`
	Text    cx.Text `json:"text,omitempty" yaml:"text,omitempty"`
	// SMS is said before the link in a short message; "": the house's words.
	SMS cx.Text `json:"sms,omitempty" yaml:"sms,omitempty"`
}

// Stage of a launch.
type Stage string

const (
	Framing Stage = ""
	Pilot   Stage = "pilot"
	Review  Stage = "review"
	Going   Stage = "go"
	Paused  Stage = "paused"
)

// Stages in order.
func Stages() []Stage { return []Stage{Framing, Pilot, Review, Going, Paused} }

// Asks tells whether anybody is asked at that stage, and whether only the pilot group is.
func (s Stage) Asks() (any, pilotOnly bool) {
	return s == Pilot || s == Review || s == Going, s == Pilot || s == Review
}

// Check of the launch: what was verified, by whom.
type Check struct {
	By   string    `json:"by" yaml:"by"`
	At   time.Time `json:"at" yaml:"at"`
	Note string    `json:"note,omitempty" yaml:"note,omitempty"`
}

// Checklist names what is verified before all are asked.
func Checklist() []string {
	return []string{"purpose", "questions", "feed", "calendar", "council", "sales", "dpo", "closed_loop"}
}

// Decided is a decision on a rule, kept for good.
type Decided struct {
	Stage Stage     `json:"stage" yaml:"stage"`
	By    string    `json:"by" yaml:"by"`
	At    time.Time `json:"at" yaml:"at"`
	Note  string    `json:"note,omitempty" yaml:"note,omitempty"`
}

func (r *Rule) valid() time.Duration   { return time.Duration(orElse(r.Valid, 14)) * day }
func (r *Rule) expires() time.Duration { return time.Duration(orElse(r.Expires, 30)) * day }

func (r *Rule) channels() []string {
	if len(r.Channels) == 0 {
		return []string{Email, SMS}
	}
	return r.Channels
}

func orElse(n, otherwise int) int {
	if n > 0 {
		return n
	}
	return otherwise
}

// Channels a question may take.
const (
	Email = "email"
	SMS   = "sms"
	// Link: handed to who asked for it by the API; nothing is sent.
	Link = "link"
)
