package hook

import (
	"cmp"
	"encoding/json"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
)

// Conversation is a chat or a call that ended, or what was answered at its end. The same source and id may come several
// times (the transcript, then the score): what is new is added.
type Conversation struct {
	Source string    `json:"source"` // the tool ("genesys")
	ID     string    `json:"id"`     // of the conversation there
	At     time.Time `json:"at"`     // its end; now when not given
	// Channel lived: chat, chatbot, phone, email, social…
	Channel string `json:"channel"`
	// Score on the scale of Metric ("": csat). Scores for several.
	Score   *float64       `json:"score,omitempty"`
	Metric  string         `json:"metric,omitempty"`
	Scores  collect.Scores `json:"scores,omitempty"`
	Comment string         `json:"comment,omitempty"` // what the customer wrote or said when asked
	// Transcript: the turns, or a text with a speaker before each line.
	Transcript Transcript        `json:"transcript,omitempty"`
	Touchpoint string            `json:"touchpoint,omitempty"`
	Unit       string            `json:"unit,omitempty"`
	Agent      string            `json:"agent,omitempty"`
	Lang       string            `json:"lang,omitempty"`
	Customer   *collect.Customer `json:"customer,omitempty"`
	Attributes map[string]any    `json:"attributes,omitempty"`
}

// Turn is what one side said.
type Turn struct {
	By   string    `json:"by"` // customer, agent, bot (or their usual other names)
	Text string    `json:"text"`
	At   time.Time `json:"at,omitzero"`
}

// Transcript is a list of turns.
type Transcript []Turn

// UnmarshalJSON also reads a text, "Client : …" on each line. A text that names no speaker is the customer's.
func (t *Transcript) UnmarshalJSON(b []byte) error {
	var text string
	if json.Unmarshal(b, &text) == nil {
		*t = turnsOf(text)
		return nil
	}
	var l []Turn
	if err := json.Unmarshal(b, &l); err != nil {
		return cx.Fail(cx.Invalid, "transcript", "hook.transcript")
	}
	*t = l
	return nil
}

// hourBefore is the hour that tools write before each line.
var hourBefore = regexp.MustCompile(`^\s*[\[(]?[0-9]{1,2}[:hH][0-9]{2}(?::[0-9]{2})?[\])]?\s*[-–]?\s*`)

func turnsOf(text string) Transcript {
	var out Transcript
	named := false
	for line := range strings.SplitSeq(text, "\n") {
		who, said, cut := strings.Cut(hourBefore.ReplaceAllString(line, ""), ":")
		if side := sideOf(who); cut && side != "" {
			out, named = append(out, Turn{By: side, Text: strings.TrimSpace(said)}), true
			continue
		}
		if len(out) == 0 {
			out = append(out, Turn{})
		}
		last := &out[len(out)-1]
		last.Text = strings.TrimSpace(last.Text + "\n" + strings.TrimSpace(line))
	}
	if !named && len(out) > 0 {
		out[0].By = customerSide
	}
	return out
}

const (
	customerSide = "customer"
	otherSide    = "agent"
)

// sideOf reads who speaks; "" for what names nobody.
func sideOf(who string) string {
	who = strings.ToLower(strings.Trim(strings.TrimSpace(who), "[]()*# "))
	switch who {
	case "customer", "client", "cliente", "caller", "appelant", "appelante", "visitor", "visiteur", "visiteuse", "user", "utilisateur", "usager", "consumer", "end-user", "assuré", "assure", "adhérent", "patient", "kunde":
		return customerSide
	case "agent", "conseiller", "conseillère", "adviser", "advisor", "operator", "opérateur", "opératrice", "bot", "chatbot", "assistant", "system", "système", "ivr", "svi", "supervisor", "superviseur", "téléconseiller":
		return otherSide
	}
	return ""
}

// said gives what the customer said, in pieces no longer than a verbatim may be.
func (t Transcript) said() []string {
	var b strings.Builder
	var out []string
	for _, turn := range t {
		text := strings.TrimSpace(turn.Text)
		if text == "" || sideOf(turn.By) != customerSide {
			continue
		}
		if utf8.RuneCountInString(b.String())+utf8.RuneCountInString(text) > pieceMost && b.Len() > 0 {
			out = append(out, b.String())
			b.Reset()
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(text)
	}
	if b.Len() > 0 {
		out = append(out, b.String())
	}
	return out
}

const pieceMost = 15_000

// Incoming is the feedback of a conversation. Only the customer's own words are kept of the transcript: those of an
// adviser are no voice of a customer.
func (c Conversation) Incoming(now time.Time) (collect.Incoming, error) {
	in := collect.Incoming{Source: c.Source, SourceID: c.ID, At: c.At, Touchpoint: c.Touchpoint, Channel: c.Channel, Unit: c.Unit, Agent: c.Agent, Contact: c.ID, Lang: c.Lang,
		Customer: c.Customer, Scores: c.Scores, Attributes: c.Attributes}
	if c.ID == "" {
		return in, cx.Fail(cx.Invalid, "id", "hook.no_id")
	}
	if in.At.IsZero() {
		in.At = now
	}
	if c.Score != nil {
		if in.Scores == nil {
			in.Scores = collect.Scores{}
		}
		in.Scores[cmp.Or(c.Metric, "csat")] = *c.Score
	}
	if len(in.Scores) > 0 {
		in.CollectedBy = collectedOn(c.Channel)
	}
	if text := strings.TrimSpace(c.Comment); text != "" {
		in.Verbatims = append(in.Verbatims, cx.Verbatim{Text: text})
	}
	for _, text := range c.Transcript.said() {
		in.Verbatims = append(in.Verbatims, cx.Verbatim{Question: "Transcription", Text: text})
	}
	return in, nil
}

func collectedOn(channel string) string {
	switch channel {
	case "phone":
		return "ivr"
	case "app":
		return "app"
	}
	return "web"
}
