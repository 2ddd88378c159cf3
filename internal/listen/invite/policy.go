package invite

import (
	"time"

	"vigie/internal/cx"
)

// Policy is what the company allows itself, over all surveys and channels.
type Policy struct {
	Caps []Cap `json:"caps" yaml:"caps"`
	// Rest: days without a new question after an answer, by program; a program not named has none.
	Rest map[cx.Program]int `json:"rest,omitempty" yaml:"rest,omitempty"`
	// Blackouts: nobody is asked anything.
	Blackouts []Blackout `json:"blackouts,omitempty" yaml:"blackouts,omitempty"`
	Quiet     Quiet      `json:"quiet" yaml:"quiet"`
	// Ahead: days in which a planned question of higher priority is given way to; 0 is 14.
	Ahead int `json:"ahead,omitempty" yaml:"ahead,omitempty"`
}

// Cap bounds how often one person is asked: N times in any Days days (of 24 hours).
type Cap struct {
	N    int `json:"n" yaml:"n"`
	Days int `json:"days" yaml:"days"`
	// Program and Channel narrow what is counted and held; "": all. A survey with a clock of its own neither counts nor
	// is held where Program is set: only its own cap and those over all programs bind it.
	Program cx.Program `json:"program,omitempty" yaml:"program,omitempty"`
	Channel string     `json:"channel,omitempty" yaml:"channel,omitempty"`
}

// Blackout is a run of local days, from the first to the day before Until (2006-01-02), for one program or all.
type Blackout struct {
	From    string     `json:"from" yaml:"from"`
	Until   string     `json:"until" yaml:"until"`
	Reason  string     `json:"reason,omitempty" yaml:"reason,omitempty"`
	Program cx.Program `json:"program,omitempty" yaml:"program,omitempty"`
}

// DefaultPolicy is what a company starts with: one question about a contact a month, two about the relation a year, six
// in all in a quarter; quiet at night, on Sundays and on holidays.
func DefaultPolicy() Policy {
	return Policy{
		Caps:  []Cap{{N: 1, Days: 30, Program: cx.Transactional}, {N: 2, Days: 365, Program: cx.Relational}, {N: 6, Days: 90}},
		Rest:  map[cx.Program]int{cx.Transactional: 30, cx.Relational: 180},
		Quiet: Quiet{From: 20, Until: 8, Sundays: true, Holidays: "fr"},
	}
}

// Ask is one question about to be put to one person.
type Ask struct {
	Survey  cx.SurveyID
	Program cx.Program
	Topic   string
	Channel string // "email", "sms"…
	// Event is the occurrence it follows, "" when it follows none; never asked about twice by one survey.
	Event string
	// Own: the survey has a clock of its own; Clock then is its cap.
	Own   bool
	Clock Cap
	// Priority: the higher goes first.
	Priority int
	// Latest is when asking makes no sense any more.
	Latest time.Time
	// Reminder of an invitation already sent: caps, rest and events were settled then.
	Reminder bool
}

// History is what one person was asked and answered; what lies further back than any clock may be left out.
type History struct {
	Asked    []Past
	Answered []Past
	// Rivals: other questions planned for the same person.
	Rivals []Rival
}

// Past is one question put, or answered.
type Past struct {
	At      time.Time
	Survey  cx.SurveyID
	Program cx.Program
	Channel string
	Event   string
	Own     bool
}

// Rival is another question waiting for the same person.
type Rival struct {
	Ask Ask
	Due time.Time
}

// Preference is what the person decided. The zero value lets everything be asked within the policy.
type Preference struct {
	// Objection is the legal one (GDPR, article 21): nothing is ever asked again. Off is the person's wish.
	Objection bool            `json:"-"`
	Off       bool            `json:"off,omitempty"`
	Topics    map[string]bool `json:"topics,omitempty"`   // true: not about this
	Channels  map[string]bool `json:"channels,omitempty"` // true: not this way
	Paused    time.Time       `json:"paused,omitzero"`    // nothing before
	// Yearly is the most questions in 365 days the person accepts; 0: the company's own caps alone.
	Yearly int `json:"yearly,omitempty"`
}

// Outcome of a decision.
type Outcome string

const (
	Go     Outcome = "go"
	Hold   Outcome = "held"
	Refuse Outcome = "refused"
)

// Why a question was held or refused: which rule says so.
type Why string

const (
	ByObjection Why = "objection"
	ByOff       Why = "off"
	ByTopic     Why = "topic"
	ByChannel   Why = "channel"
	ByEvent     Why = "event"
	ByLate      Why = "late"
	ByPause     Why = "pause"
	ByBlackout  Why = "blackout"
	ByQuiet     Why = "quiet"
	ByCap       Why = "cap"
	ByYearly    Why = "yearly"
	ByRest      Why = "rest"
	ByPriority  Why = "priority"
)

// Decision says whether a question may be put now, and which rule says no.
type Decision struct {
	Outcome Outcome
	Rule    Why
	Until   time.Time // Hold: when to look again; Refuse by a clock: when it would have been allowed
	Cap     *Cap      // ByCap
	Rival   cx.SurveyID
}
