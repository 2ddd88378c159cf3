package api

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/customer"
	"vigie/internal/listen/invite"
	"vigie/internal/listen/response"
	"vigie/internal/listen/survey"
	"vigie/internal/people"
)

// invitationRoutes are what concerns who is asked.
func (a *API) invitationRoutes() []route {
	l := []route{
		at("POST", "/events", people.WriteFeedback, a.postEvents, opPostEvents()),
		at("GET", "/invitations", people.ReadPeople, a.listInvitations, opListInvitations()),
		at("POST", "/invitations", people.WriteFeedback, a.wantInvitation, opWantInvitation()),
		at("POST", "/invitations/{id}/answers", people.WriteFeedback, a.answerInvitation, opAnswerInvitation()),
		at("POST", "/sms-replies", people.WriteFeedback, a.smsReply, opReply()),
		at("POST", "/objections", people.WriteFeedback, a.object, opObject()),
	}
	return append(l, a.ruleRoutes()...)
}

// EventReceipt is the answer to one business event.
type EventReceipt struct {
	ID     int64           `json:"id"`
	Status collect.Verdict `json:"status"` // accepted or duplicate
}

// postEvents takes in one business event, or a batch as lines.
func (a *API) postEvents(c *call) error {
	switch c.mediaType() {
	case "application/json":
		return a.postEvent(c)
	case "application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines":
		return a.postEventLines(c)
	}
	return &refusal{status: http.StatusUnsupportedMediaType, err: cx.Fail(cx.Invalid, "Content-Type", "api.media_type", "types", "application/json, application/x-ndjson")}
}

func (a *API) postEvent(c *call) error {
	b, err := c.body(maxFeedback)
	if err != nil {
		return err
	}
	var h invite.Happening
	if err := decode(b, &h); err != nil {
		return err
	}
	l, err := a.Invites.Receive(c.Context(), []invite.Happening{h})
	if err != nil {
		return err
	}
	switch l[0].Verdict {
	case collect.Accepted:
		return c.json(http.StatusCreated, EventReceipt{l[0].ID, l[0].Verdict})
	case collect.Duplicate:
		return c.json(http.StatusOK, EventReceipt{l[0].ID, l[0].Verdict})
	}
	return joined(l[0].Errors)
}

// postEventLines commits every 1,000 lines; bad lines never stop good ones.
func (a *API) postEventLines(c *call) error {
	body := &patient{body: c.Body, control: http.NewResponseController(c.w)}
	r := lineReader{r: bufio.NewReaderSize(body, 64<<10)}
	t := tally{lang: c.lang(), result: BatchResult{Rejected: []RejectedLine{}}}
	for {
		last, err := a.eventChunk(c, &r, &t)
		if err != nil {
			return t.stopped(err)
		}
		if last {
			return c.json(http.StatusOK, t.done())
		}
	}
}

func (a *API) eventChunk(c *call, r *lineReader, t *tally) (last bool, err error) {
	var batch []invite.Happening
	var lines []int
	for len(batch) < chunkLines && !last {
		line, long, err := r.next()
		if err != nil && !errors.Is(err, io.EOF) {
			return false, malformed("", "api.cut_short")
		}
		last = err != nil
		if line = bytes.TrimSpace(line); len(line) == 0 && !long {
			continue
		}
		var h invite.Happening
		if long {
			t.reject(r.n, cx.Fail(cx.Invalid, "", "api.too_big", "max", maxFeedback))
		} else if err := decode(line, &h); err != nil {
			t.reject(r.n, err)
		} else {
			batch, lines = append(batch, h), append(lines, r.n)
		}
	}
	t.result.Lines = r.n
	if len(batch) == 0 {
		return last, nil
	}
	l, err := a.Invites.Receive(c.Context(), batch)
	if err != nil {
		return false, err
	}
	for i, one := range l {
		t.add(collect.Outcome{Line: lines[i], Verdict: one.Verdict, ID: cx.FeedbackID(one.ID), Errors: one.Errors})
	}
	return last, nil
}

// Invitation is one as programs read it.
type Invitation struct {
	ID         invite.InvitationID `json:"id"`
	Rule       string              `json:"rule"`
	Survey     cx.SurveyID         `json:"survey"`
	State      string              `json:"state"`
	Why        invite.Why          `json:"why,omitempty"`
	Until      time.Time           `json:"until,omitzero"` // held until, or refused: when it is allowed
	Customer   *CustomerRef        `json:"customer,omitempty"`
	Touchpoint string              `json:"touchpoint,omitempty"`
	Unit       string              `json:"unit,omitempty"`
	Channel    string              `json:"channel,omitempty"`
	Wording    string              `json:"wording,omitempty"`
	Segment    string              `json:"segment,omitempty"`
	Planned    time.Time           `json:"planned"`
	Due        time.Time           `json:"due,omitzero"`
	Sent       time.Time           `json:"sent,omitzero"`
	Answered   time.Time           `json:"answered,omitzero"`
	Expires    time.Time           `json:"expires,omitzero"`
	Messages   int                 `json:"messages"` // sent, reminders included
	// Path to append to the address of the server, in the answer to POST alone.
	Path string `json:"path,omitempty"`
}

// InvitationOf shows an invitation, without whose it is.
func InvitationOf(i invite.Invitation) Invitation {
	return Invitation{ID: i.ID, Rule: i.Rule, Survey: i.Survey, State: i.State.String(), Why: i.Why, Until: i.Until, Touchpoint: i.Touchpoint, Unit: i.Unit, Channel: i.Channel,
		Wording: i.Wording, Segment: i.Segment, Planned: i.Planned, Due: i.Due, Sent: i.Sent, Answered: i.AnsweredAt, Expires: i.Expires, Messages: i.Round}
}

func (a *API) listInvitations(c *call) error {
	q := c.URL.Query()
	f := invite.Filter{Rule: q.Get("rule"), Why: invite.Why(q.Get("why")), Limit: 100}
	for _, s := range invite.States() {
		if s.String() == q.Get("state") {
			f.State = s
		}
	}
	if q.Get("state") != "" && f.State == 0 {
		return malformed("state", "invite.word", "value", q.Get("state"))
	}
	for name, into := range map[string]*int64{"before": (*int64)(&f.Before)} {
		if v := q.Get(name); v != "" {
			n, err := strconv.ParseInt(v, 10, 64)
			if err != nil {
				return malformed(name, "invite.word", "value", v)
			}
			*into = n
		}
	}
	l, err := a.Invites.Invitations(c.Context(), c.viewer.Scope, f)
	if err != nil {
		return err
	}
	out := make([]Invitation, len(l))
	ids := make([]cx.IdentityID, 0, len(l))
	for _, i := range l {
		ids = append(ids, i.Identity)
	}
	who, err := a.Customers.Customers(c.Context(), c.viewer.Scope, ids)
	if err != nil {
		return err
	}
	for n, i := range l {
		out[n] = InvitationOf(i)
		if p, known := who[i.Identity]; known {
			out[n].Customer = &CustomerRef{ID: p.ID, Ref: refOf(p), Name: p.Name}
		}
	}
	if err := a.audit(c, "invitation.list", ""); err != nil {
		return err
	}
	return c.json(http.StatusOK, map[string][]Invitation{"invitations": out})
}

func (a *API) wantInvitation(c *call) error {
	var w invite.Wanted
	if err := c.structured(&w); err != nil {
		return err
	}
	l, err := a.Invites.Want(c.Context(), w)
	if err != nil {
		return err
	}
	out := InvitationOf(l.Invitation)
	if l.State == invite.Refused {
		return c.either(http.StatusOK, out)
	}
	if out.Path, err = a.OpenInvitation(c.Context(), l); err != nil {
		return err
	}
	return c.either(http.StatusCreated, out)
}

// AnswersGiven is what a person answered elsewhere than on a page, by question.
type AnswersGiven struct {
	Answers map[survey.QuestionID]survey.Answer `json:"answers"`
}

// AnswersKept is what stands of it.
type AnswersKept struct {
	Feedback cx.FeedbackID     `json:"feedback,omitempty"` // 0: neither a score nor a verbatim yet
	Complete bool              `json:"complete"`
	Next     survey.QuestionID `json:"next,omitempty"` // to ask now, as the answers go
}

// answerInvitation keeps answers given to a telephone server, in as many calls as it likes.
func (a *API) answerInvitation(c *call) error {
	id, err := c.id()
	if err != nil {
		return err
	}
	var g AnswersGiven
	if err := c.structured(&g); err != nil {
		return err
	}
	r, err := a.AnswerInvitation(c.Context(), invite.InvitationID(id), g.Answers)
	if err != nil {
		return err
	}
	out := AnswersKept{Feedback: r.Feedback, Complete: r.State != response.Open}
	if q := r.Path().Open(r.Passed); q != nil {
		out.Next = q.Key
	}
	return c.either(http.StatusOK, out)
}

// Objection is the legal objection of an address, a number or a reference.
type Objection struct {
	Ref   string `json:"ref,omitempty"`
	Email string `json:"email,omitempty"`
	Phone string `json:"phone,omitempty"`
	Proof string `json:"proof,omitempty"`
}

func (a *API) object(c *call) error {
	var o Objection
	if err := c.structured(&o); err != nil {
		return err
	}
	n := 0
	for k, v := range map[customer.Kind]string{customer.Ref: o.Ref, customer.Email: o.Email, customer.Phone: o.Phone} {
		if v == "" {
			continue
		}
		n++
		if err := a.Invites.Object(c.Context(), k, v, o.Proof); err != nil {
			return err
		}
	}
	if n == 0 {
		return cx.Fail(cx.Invalid, "", "invite.no_name")
	}
	if err := a.audit(c, "invitation.objection", ""); err != nil {
		return err
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

// Reply is an answer by short message, as a gateway hands it on.
type Reply struct {
	From string `json:"from"`
	Text string `json:"text"`
}

// ReplyHeard says what was made of it.
type ReplyHeard struct {
	Status string   `json:"status"` // stopped, answered, kept (words without a score), doubt (kept, to be read), closed (too late), anonymous (not kept), unknown (nobody asked)
	Score  *float64 `json:"score,omitempty"`
}

func (a *API) smsReply(c *call) error {
	var r Reply
	if err := c.structured(&r); err != nil {
		return err
	}
	return a.hear(c, r)
}

func (a *API) hear(c *call, r Reply) error {
	if len(r.Text) > 2000 || r.From == "" {
		return cx.Fail(cx.Invalid, "from", "invite.no_name")
	}
	h, err := a.HearSMS(c.Context(), r.From, r.Text)
	if err != nil {
		return err
	}
	out := ReplyHeard{Status: "kept", Score: h.Score}
	switch {
	case h.Stop:
		out.Status = "stopped"
	case h.Invitation == 0:
		out.Status = "unknown"
	case h.Anonymous:
		out.Status = "anonymous"
	case h.Closed:
		out.Status = "closed"
	case h.Doubt:
		out.Status = "doubt"
	case h.Score != nil:
		out.Status = "answered"
	}
	return c.either(http.StatusOK, out)
}
