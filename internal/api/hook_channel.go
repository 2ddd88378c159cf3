package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"vigie/internal/channel/mail"
	"vigie/internal/channel/sms"
	"vigie/internal/cx"
	"vigie/internal/people"
)

// channelHooks are what gateways and mail services call: what became of messages, and answers by SMS.
func (a *API) channelHooks() []route {
	form := "application/x-www-form-urlencoded"
	return []route{
		at("POST", "/hooks/sms-receipts", people.WriteFeedback, a.hookReceipts, operation{id: "hook_sms_receipts", tag: "hooks", in: SMSReceipt{},
			inTypes: []string{"application/json", form}, out: Heeded{}, refusals: []int{400, 413, 422, 503}}),
		at("POST", "/hooks/sms-replies", people.WriteFeedback, a.hookReply, operation{id: "hook_sms_replies", tag: "hooks", in: Reply{},
			inTypes: []string{"application/json", form}, out: ReplyHeard{}, refusals: []int{400, 413, 422, 503}}),
		at("POST", "/hooks/bounces", people.WriteFeedback, a.hookBounces, operation{id: "hook_bounces", tag: "hooks", in: Bounce{},
			inTypes: []string{"application/json", "message/rfc822"}, out: Heeded{}, refusals: []int{400, 413, 422, 503}}),
	}
}

// Heeded says how many of what was told are about an invitation.
type Heeded struct {
	Known   int `json:"known"`
	Unknown int `json:"unknown"`
}

// SMSReceipt is what a gateway tells of a message, alone or in a list; other fields are let be. As a form: MessageSid,
// MessageStatus, To, ErrorCode.
type SMSReceipt struct {
	ID        string `json:"id,omitempty"`         // as it was sent, or the gateway's own
	MessageID string `json:"message_id,omitempty"` // the gateway's own
	To        string `json:"to,omitempty"`
	Status    string `json:"status"` // delivered, sent, failed, undelivered, undeliverable…
	Permanent bool   `json:"permanent,omitempty"`
	Code      string `json:"code,omitempty"`
	Reason    string `json:"reason,omitempty"`
}

func (a *API) hookReceipts(c *call) error {
	b, err := c.body(maxFeedback)
	if err != nil {
		return err
	}
	l, err := sms.ReadReceipts(b)
	if err != nil {
		return err
	}
	n, err := a.Invites.Receipts(c.Context(), l)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, Heeded{n, len(l) - n})
}

// hookReply is smsReply for gateways that post a form (From, Body) or more fields than ours.
func (a *API) hookReply(c *call) error {
	b, err := c.body(maxFeedback)
	if err != nil {
		return err
	}
	var r Reply
	if b = bytes.TrimSpace(b); bytes.HasPrefix(b, []byte("{")) {
		if err := json.Unmarshal(b, &r); err != nil {
			return unreadable(err)
		}
	} else {
		form, err := url.ParseQuery(string(b))
		if err != nil {
			return malformed("", "sms.receipt")
		}
		r = Reply{From: form.Get("From"), Text: form.Get("Body")}
	}
	return a.hear(c, r)
}

// Bounce is what a mail service tells of a message, alone or in a list; other fields are let be.
type Bounce struct {
	Type      string `json:"type"` // hard, soft, delivered, complaint
	Email     string `json:"email"`
	MessageID string `json:"message_id,omitempty"`
	Reason    string `json:"reason,omitempty"`
}

// hookBounces takes a failure report as it is (RFC 3464), or what a mail service says of it.
func (a *API) hookBounces(c *call) error {
	b, err := c.body(maxBody)
	if err != nil {
		return err
	}
	var l []mail.Notice
	if kind := c.mediaType(); strings.HasPrefix(kind, "message/") || kind == "text/plain" {
		n, err := mail.ReadNotice(b)
		if err != nil {
			return malformed("", "mail.unreadable")
		}
		l = append(l, n)
	} else if l, err = readBounces(b); err != nil {
		return err
	}
	n, err := a.Invites.Returned(c.Context(), l)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, Heeded{n, len(l) - n})
}

func readBounces(b []byte) ([]mail.Notice, error) {
	fates := map[string]mail.Fate{"hard": mail.Hard, "soft": mail.Soft, "delivered": mail.Delivered, "complaint": mail.Complaint}
	var l []mail.Notice
	for _, piece := range pieces(b) {
		var one Bounce
		if err := json.Unmarshal(piece, &one); err != nil {
			return nil, unreadable(err)
		}
		fate := fates[one.Type]
		if fate == "" {
			return nil, cx.Fail(cx.Invalid, "type", "invite.word", "value", one.Type)
		}
		n := mail.Notice{Fate: fate, Reason: one.Reason, Original: strings.Trim(one.MessageID, "<> ")}
		if one.Email != "" {
			n.Addresses = []string{one.Email}
		}
		l = append(l, n)
	}
	return l, nil
}
