package sms

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"

	"vigie/internal/cx"
)

// Receipt is what a gateway tells of a message later.
type Receipt struct {
	ID      string // Message.ID, "" when the gateway does not give it back
	Gateway string // what the gateway calls it
	To      string
	Fate    Fate
	Words   string // its status and reason
}

// Fate of a message that a gateway took.
type Fate string

const (
	Underway  Fate = "underway" // not known yet
	Delivered Fate = "delivered"
	Hard      Fate = "hard" // nobody is reached by that number
	Soft      Fate = "soft" // this message did not arrive
	Stopped   Fate = "stopped"
)

// told is a receipt of the JSON shape: ours, and what gateways usually call it.
type told struct {
	ID        string          `json:"id"`
	Reference string          `json:"reference"`
	MessageID string          `json:"message_id"`
	To        string          `json:"to"`
	Status    string          `json:"status"`
	Permanent bool            `json:"permanent"`
	Code      json.RawMessage `json:"code"`
	Reason    string          `json:"reason"`
}

// ReadReceipts reads what a gateway posts: an object or a list of {"id","to","status","permanent","code","reason"}, or a form
// of MessageSid, MessageStatus, To and ErrorCode. Invalid when it is neither, or names no message.
func ReadReceipts(body []byte) ([]Receipt, error) {
	body = bytes.TrimSpace(body)
	var l []Receipt
	switch {
	case bytes.HasPrefix(body, []byte("[")), bytes.HasPrefix(body, []byte("{")):
		var all []told
		if body[0] == '{' {
			body = append(append([]byte("["), body...), ']')
		}
		if err := json.Unmarshal(body, &all); err != nil {
			return nil, cx.Fail(cx.Invalid, "", "sms.receipt")
		}
		for _, t := range all {
			l = append(l, t.receipt())
		}
	default:
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, cx.Fail(cx.Invalid, "", "sms.receipt")
		}
		get := func(names ...string) string {
			for _, n := range names {
				if v := form.Get(n); v != "" {
					return v
				}
			}
			return ""
		}
		code := get("ErrorCode")
		status := get("MessageStatus", "SmsStatus")
		l = []Receipt{{Gateway: get("MessageSid", "SmsSid"), To: get("To"), Fate: fateOf(status, code, false), Words: oneLine(status + " " + code)}}
	}
	for _, r := range l {
		if r.Fate == "" || r.ID == "" && r.Gateway == "" && r.To == "" {
			return nil, cx.Fail(cx.Invalid, "", "sms.receipt")
		}
	}
	return l, nil
}

func (t told) receipt() Receipt {
	code := strings.Trim(string(t.Code), `"`)
	if code == "null" {
		code = ""
	}
	r := Receipt{ID: t.Reference, Gateway: t.MessageID, To: t.To, Fate: fateOf(t.Status, code, t.Permanent), Words: oneLine(strings.Join([]string{t.Status, code, t.Reason}, " "))}
	switch {
	case strings.HasPrefix(t.ID, "inv."): // as it was sent
		r.ID = t.ID
	case r.Gateway == "":
		r.Gateway = t.ID
	}
	return r
}

// fates by the words of gateways: the two shapes', and those of SMPP.
var fates = map[string]Fate{
	"delivered": Delivered, "delivrd": Delivered, "received": Delivered, "read": Delivered,
	"queued": Underway, "accepted": Underway, "acceptd": Underway, "scheduled": Underway, "sending": Underway, "sent": Underway, "enroute": Underway, "buffered": Underway,
	"failed": Soft, "undelivered": Soft, "undeliv": Soft, "expired": Soft, "rejected": Soft, "rejectd": Soft, "deleted": Soft, "canceled": Soft, "unknown": Soft,
	"undeliverable": Hard, "invalid": Hard, "unknown_subscriber": Hard,
	"unsubscribed": Stopped, "opted_out": Stopped,
}

// hardCodes say that the number is none, or takes no short message.
var hardCodes = map[string]bool{"21211": true, "21614": true, "21217": true, "30005": true, "30006": true}

// stoppedCode says that the person wrote STOP to the gateway itself.
const stoppedCode = "21610"

// fateOf reads a status, "" for one that is none. A failure is soft unless something says that the number itself fails.
func fateOf(status, code string, permanent bool) Fate {
	f := fates[strings.ToLower(strings.TrimSpace(status))]
	if f != Soft {
		return f
	}
	switch {
	case code == stoppedCode:
		return Stopped
	case permanent, hardCodes[code]:
		return Hard
	}
	return f
}
