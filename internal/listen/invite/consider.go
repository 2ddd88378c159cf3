package invite

import (
	"hash/fnv"
	"maps"
	"math"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/survey"
)

// More rules that refuse, before the policy: nothing is planned.
const (
	ByStage     Why = "stage"     // in pilot, and the person is not of the pilot group
	ByCondition Why = "condition" // the rule's condition does not hold
	BySample    Why = "sample"    // not drawn
	ByQuota     Why = "quota"     // enough of that segment were asked
	ByReach     Why = "reach"     // no address, or only addresses from which messages come back
	BySurvey    Why = "survey"    // the survey is not asked (any more)
	ByUnheard   Why = "unheard"   // no rule listens to the event
)

// Contact is what planning knows of one person.
type Contact struct {
	Identity cx.IdentityID
	// Reach: the channels by which the person may be written to.
	Reach      map[string]bool
	Status     string
	Lang       string
	Attributes map[string]any // string, float64 or bool; the status among them
	Preference Preference
}

// Case is one person and why they are thought of.
type Case struct {
	Contact Contact
	// Of the occurrence; Event "" when there is none.
	Event, Touchpoint, Unit string
	Attributes              map[string]any
	// Once names what is asked about once: the draw depends on it alone.
	Once string
	At   time.Time // of the occurrence, or of the run
}

// Thought is what a rule makes of a case.
type Thought struct {
	// Outcome: Go (planned), Refuse (kept, so that it can be told why), or Pass (the rule is not about this case).
	Outcome Outcome
	Why     Why
	Channel string
	Wording string
	Segment string
	Due     time.Time
	Latest  time.Time
}

// Pass: the rule is not about the case, nothing is kept of it.
const Pass Outcome = "pass"

// Consider tells what a rule makes of a case, but for its quota, which is counted where invitations are kept. It is pure:
// the same case always gets the same draw and wording.
func (r *Rule) Consider(c Case, topic string) Thought {
	t := Thought{Outcome: Refuse, Due: c.At.Add(time.Duration(r.Delay) * time.Minute), Latest: c.At.Add(r.valid())}
	asks, pilotOnly := r.Stage.Asks()
	state := r.state(c)
	switch {
	case !asks:
		t.Outcome, t.Why = Pass, ByStage
		return t
	case !r.If.Holds(state):
		t.Outcome, t.Why = Pass, ByCondition
		return t
	case pilotOnly && (r.Pilot == nil || !r.Pilot.Holds(state)):
		t.Outcome, t.Why = Pass, ByStage
		return t
	}
	t.Segment = text(state.Attributes[r.Sampling.By])
	if r.Sampling.Share > 0 && draw(r.Key, "share", c.Once) >= r.Sampling.Share/100 {
		t.Why = BySample
		return t
	}
	if t.Channel, t.Why = r.channel(c.Contact, topic); t.Why != "" {
		return t
	}
	t.Wording = r.wording(c.Once)
	t.Outcome = Go
	return t
}

// state is what conditions may use.
func (r *Rule) state(c Case) survey.State {
	if len(c.Attributes) == 0 && c.Event == "" && c.Touchpoint == "" && c.Unit == "" { // what is known of the person alone
		return survey.State{Attributes: c.Contact.Attributes, Language: c.Contact.Lang}
	}
	known := make(map[string]any, len(c.Contact.Attributes)+len(c.Attributes)+4)
	maps.Copy(known, c.Contact.Attributes)
	maps.Copy(known, c.Attributes)
	for name, v := range map[string]string{"event": c.Event, "touchpoint": c.Touchpoint, "unit": c.Unit, "status": c.Contact.Status} {
		if v != "" {
			known[name] = v
		}
	}
	return survey.State{Attributes: known, Language: c.Contact.Lang}
}

// channel gives the first by which the person may and will be asked.
func (r *Rule) channel(c Contact, topic string) (string, Why) {
	why := ByReach
	for _, ch := range r.channels() {
		if !c.Reach[ch] {
			continue
		}
		no := c.Preference.refuses(Ask{Topic: topic, Channel: ch})
		if no == "" {
			return ch, ""
		}
		why = no
	}
	if no := c.Preference.refuses(Ask{Topic: topic}); no != "" {
		why = no
	}
	return "", why
}

func (r *Rule) wording(once string) string {
	if len(r.Wordings) == 0 {
		return ""
	}
	return r.Wordings[int(draw(r.Key, "wording", once)*float64(len(r.Wordings)))].Key
}

// draw gives a number in [0, 1), the same for the same words.
func draw(words ...string) float64 {
	h := fnv.New64a()
	for _, w := range words {
		h.Write([]byte(w))
		h.Write([]byte{0})
	}
	v := h.Sum64() // FNV alone orders words of one prefix almost alike: one round of murmur3's finaliser
	v ^= v >> 33
	v *= 0xff51afd7ed558ccd
	v ^= v >> 33
	v *= 0xc4ceb9fe1a85ec53
	v ^= v >> 33
	return float64(v>>11) / math.Exp2(53)
}

func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case bool:
		if v {
			return "true"
		}
		return "false"
	case float64:
		return formatNumber(v)
	}
	return ""
}
