package invite

import (
	"strconv"
	"strings"
	"time"

	"vigie/internal/cx"
)

// InvitationID numbers invitations.
type InvitationID int64

// State of an invitation. Numbers are on disk: never renumber.
type State int

const (
	Planned   State = 1
	Held      State = 2 // by a rule of the policy, until later
	Leaving   State = 3 // marked before it is sent: after a crash nobody knows
	Sent      State = 4
	Delivered State = 5
	Bounced   State = 6
	Opened    State = 7
	Answered  State = 8
	Expired   State = 9
	Refused   State = 10
	Unsure    State = 11 // was leaving when the program or the connection broke
)

// States in the order they are shown.
func States() []State {
	return []State{Planned, Held, Leaving, Unsure, Sent, Delivered, Opened, Answered, Expired, Bounced, Refused}
}

// String gives the word of the API and of the catalogues (invite.state.…).
func (s State) String() string {
	switch s {
	case Planned:
		return "planned"
	case Held:
		return "held"
	case Leaving:
		return "leaving"
	case Sent:
		return "sent"
	case Delivered:
		return "delivered"
	case Bounced:
		return "bounced"
	case Opened:
		return "opened"
	case Answered:
		return "answered"
	case Expired:
		return "expired"
	case Refused:
		return "refused"
	case Unsure:
		return "unsure"
	}
	return ""
}

// is gives the condition of being in a state, with its number written out: partial indexes are found by it.
func (s State) is() string { return "state = " + strconv.Itoa(int(s)) }

// among gives the condition of being in one of some states.
func among(states ...State) string {
	l := make([]string, len(states))
	for i, s := range states {
		l[i] = strconv.Itoa(int(s))
	}
	return "state IN (" + strings.Join(l, ", ") + ")"
}

// out tells whether it was given to a server, for all we know.
func (s State) out() bool {
	return s == Sent || s == Delivered || s == Opened || s == Answered || s == Expired || s == Unsure
}

// More reasons of a state, beside those of the policy and of planning.
const (
	HardBounce Why = "hard"    // the address does not exist
	SoftBounce Why = "soft"    // the address may be good
	ByServer   Why = "server"  // the server refuses, and it is not the address's fault
	ByTrouble  Why = "trouble" // it could not be sent yet: tried again
	BySender   Why = "setup"   // the channel is not set up
	Withdrawn  Why = "rule"    // its rule was stopped or removed
	ByErasure  Why = "erased"  // the person was erased
	ByAnswer   Why = "already" // the same question was answered by another way
)

// Invitation is one question put, or to be put, to one person.
type Invitation struct {
	ID         InvitationID
	Rule       string
	Once       string
	Survey     cx.SurveyID
	Version    int64
	Identity   cx.IdentityID // 0: erased
	Occurrence int64
	Program    cx.Program
	Own        bool
	Priority   int
	Channel    string
	Wording    string
	Segment    string
	Touchpoint string
	Unit       string
	State      State
	Why        Why
	// Due: when it is looked at again; Latest: after which asking makes no sense; Expires: after which it may not be
	// answered. Those and the following are zero when they are not (yet).
	Due, Latest, Expires                              time.Time
	Planned, Away, Leaving, Sent, Settled, AnsweredAt time.Time
	// Round is 0 for the first message, then counts the reminders.
	Round, Attempts int
	Said
}

// Said is what an invitation knows beside: the context of its answer, and the words of its state.
type Said struct {
	Contact    string         `json:"contact,omitempty"`
	Lang       string         `json:"lang,omitempty"`
	Attributes map[string]any `json:"attributes,omitempty"`
	Until      time.Time      `json:"until,omitzero"`  // held, or refused by a clock: when it is allowed
	Rival      cx.SurveyID    `json:"rival,omitempty"` // given way to
	// Reminded: another message than the first was sent, or may have been; who failed then had the question before.
	Reminded bool   `json:"reminded,omitempty"`
	Words    string `json:"words,omitempty"` // of the server
	// Instead of one whose address failed: the first of them, whose address to answer at they share. Next is the one that
	// was planned instead of this one.
	Instead InvitationID `json:"instead,omitempty"`
	Next    InvitationID `json:"next,omitempty"`
	// CollectedBy is how a link asked for is put to the person, "" by a page.
	CollectedBy string `json:"collected_by,omitempty"`
	// Gateway is what the gateway calls the last message.
	Gateway string `json:"gateway,omitempty"`
}

// Root is the invitation whose address to answer at this one shares: itself, or the first of those it stands for.
func (i *Invitation) Root() InvitationID {
	if i.Instead != 0 {
		return i.Instead
	}
	return i.ID
}

// event names the occurrence, "" when there is none; what is asked again another way is about the same.
func (i *Invitation) event() string {
	if i.Occurrence == 0 {
		return ""
	}
	once, _, _ := strings.Cut(i.Once, again)
	return once
}

// again ends the Once of what is asked another way.
const again = ">"
