package house

import (
	"context"
	"iter"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/customer"
	"vigie/internal/listen/hook"
	"vigie/internal/listen/intake"
	"vigie/internal/listen/invite"
	"vigie/internal/listen/response"
	"vigie/internal/listen/survey"
	"vigie/internal/people"
	"vigie/internal/record"
)

// newInviting makes who is asked and how, with the answers they give: each knows of the other by what is handed here.
func (h *House) newInviting(now func() time.Time) error {
	var err error
	h.Invites, err = invite.New(invite.Deps{DB: h.DB, Customers: h.Customers, Surveys: h.Surveys, Ledger: h.Door, Placer: h.Door.Placer, Zone: h.zoneOf, Now: now, Log: h.log,
		Seal: h.People.Seal, Unseal: h.People.Unseal})
	if err != nil {
		return err
	}
	h.Responses, err = response.New(response.Deps{DB: h.DB, Door: h.Door, Surveys: h.Surveys, Customers: h.Customers, Media: h.Media, Now: now, Log: h.log,
		Answered: func(ctx context.Context, tx *record.Tx, id int64) error {
			return h.Invites.Answered(ctx, tx, invite.InvitationID(id))
		}})
	if err != nil {
		return err
	}
	h.Inbox = hook.NewInbox(hook.InboxDeps{DB: h.DB, Door: h.Door, Seal: h.People.Seal, Unseal: h.People.Unseal, Log: h.log})
	h.Inviting, err = invite.NewEngine(invite.EngineDeps{Store: h.Invites, Open: h.OpenInvitation, Where: h.whereAnswered, House: h.name})
	return err
}

// StartInvitations plans, sends and reads what comes back.
func (h *House) StartInvitations(ctx context.Context) error {
	if err := h.Inviting.Start(ctx); err != nil {
		return err
	}
	h.OnStop(h.Inviting.Stop)
	return nil
}

// StartInbox reads the mailbox whose letters are feedback: the one set on its page, else the one given.
func (h *House) StartInbox(ctx context.Context, given *hook.MailboxConfig) error {
	if err := h.Inbox.Start(ctx, given); err != nil {
		return err
	}
	h.OnStop(h.Inbox.Stop)
	return nil
}

// zoneOf gives the time zone of a unit, the organisation's when it has none.
func (h *House) zoneOf(ctx context.Context, unit string) *time.Location {
	if o, err := h.People.Present(ctx); err == nil && unit != "" {
		if name := o.Zone(cx.UnitID(unit)); name != "" {
			if z, err := time.LoadLocation(name); err == nil {
				return z
			}
		}
	}
	return h.Zone(ctx)
}

// name is what messages call the organisation: until it has a name, what customers reach it by.
func (h *House) name(ctx context.Context) (name, lang string, err error) {
	s, err := h.People.Settings(ctx)
	if err != nil || s.Name != "" {
		return s.Name, s.Lang, err
	}
	c, err := h.Invites.Channels(ctx)
	if err != nil {
		return "", s.Lang, err
	}
	_, host, _ := strings.Cut(c.Base, "://")
	return host, s.Lang, nil
}

// At gives the house with another clock for whom is asked and what they answer: nothing of that is started, all else is what
// it is here.
func (h *House) At(now func() time.Time) (*House, error) {
	other := *h
	other.stops = nil
	other.Surveys = survey.New(h.DB)
	other.Surveys.Metrics, other.Surveys.Now = h.metrics, now
	return &other, other.newInviting(now)
}

// OpenInvitation makes the page where an invitation is answered and gives its path. Of an anonymous survey it is the page
// that everybody has: nothing ties its answers to whom was asked.
func (h *House) OpenInvitation(ctx context.Context, l invite.Letter) (string, error) {
	path, err := h.whereAnswered(ctx, l)
	token, own := strings.CutPrefix(path, ownPath)
	if err != nil || !own {
		return path, err
	}
	who, err := h.customerOf(ctx, l.Identity)
	if err != nil {
		return "", err
	}
	o := response.Opening{Survey: l.Survey, Version: l.Version, Invitation: int64(l.ID), Language: l.Lang, CollectedBy: l.Channel, Touchpoint: l.Touchpoint,
		Unit: l.Unit, Contact: l.Contact, Expires: l.Expires, Customer: who, Attributes: l.Attributes}
	if l.CollectedBy != "" {
		o.CollectedBy = l.CollectedBy
	}
	if !slices.Contains(cx.Collections, o.CollectedBy) {
		o.CollectedBy = "web"
	}
	if lived, _ := l.Attributes["channel"].(string); slices.Contains(cx.Channels, lived) {
		o.Channel, o.Attributes = lived, maps.Clone(l.Attributes)
		delete(o.Attributes, "channel") // it is the channel, not a word beside
	}
	return path, h.Responses.OpenAs(ctx, response.Token(token), o)
}

// ownPath is where one person answers.
const ownPath = "/s/"

// whereAnswered gives the path of the page where an invitation is answered.
func (h *House) whereAnswered(ctx context.Context, l invite.Letter) (string, error) {
	v, err := h.Surveys.Published(ctx, l.Survey, l.Version)
	if err != nil {
		return "", err
	}
	if v.Untied() {
		return everybodys(l.Survey, map[string]string{"via": l.Channel, "lang": l.Lang, "touchpoint": l.Touchpoint, "unit": l.Unit}), nil
	}
	token, err := h.Invites.Answering(ctx, l.Root())
	return ownPath + token, err
}

// everybodys gives the path of the page of a survey that is nobody's own.
func everybodys(key cx.SurveyID, about map[string]string) string {
	q := url.Values{}
	for name, value := range about {
		if value != "" {
			q.Set(name, value)
		}
	}
	return "/q/" + url.PathEscape(string(key)) + "?" + q.Encode()
}

// OpenResponse makes the page where one person answers a survey and gives its path. Of one that ties no answer to a person it
// is the page that everybody has: who asked for the address could read there what was answered.
func (h *House) OpenResponse(ctx context.Context, o response.Opening) (string, error) {
	one, err := h.Surveys.Survey(ctx, o.Survey)
	if err != nil {
		return "", err
	}
	v, err := h.Surveys.Published(ctx, o.Survey, o.Version)
	if err != nil {
		return "", err
	}
	if v.Untied() && one.Asking() {
		return everybodys(o.Survey, map[string]string{"channel": o.Channel, "via": o.CollectedBy, "lang": o.Language, "touchpoint": o.Touchpoint, "unit": o.Unit}), nil
	}
	token, err := h.Responses.Open(ctx, o)
	return ownPath + string(token), err
}

// customerOf names the customer of an invitation as the door knows them.
func (h *House) customerOf(ctx context.Context, id cx.IdentityID) (*collect.Customer, error) {
	l, err := h.Customers.Customers(ctx, people.Whole(), []cx.IdentityID{id})
	if err != nil {
		return nil, err
	}
	p, known := l[id]
	if !known {
		return nil, cx.Fail(cx.NotFound, "", "customer.unknown")
	}
	c := &collect.Customer{Name: p.Name}
	for _, i := range p.Identities {
		switch {
		case i.Kind == customer.Ref && c.Ref == "":
			c.Ref = i.Value
		case i.Kind == customer.Email && c.Email == "":
			c.Email = i.Value
		case i.Kind == customer.Phone && c.Phone == "":
			c.Phone = i.Value
		}
	}
	return c, nil
}

// AnswerInvitation keeps what a person answers to an invitation elsewhere than on a page (a telephone server). Conflict for
// one that was not given out, or whose survey ties no answer to whom was asked.
func (h *House) AnswerInvitation(ctx context.Context, id invite.InvitationID, answers map[survey.QuestionID]survey.Answer) (*response.Response, error) {
	i, err := h.Invites.Asked(ctx, id)
	if err != nil {
		return nil, err
	}
	v, err := h.Surveys.Published(ctx, i.Survey, i.Version)
	if err != nil {
		return nil, err
	}
	if v.Untied() {
		return nil, cx.Fail(cx.Conflict, "survey", "invite.untied")
	}
	token, err := h.Invites.Answering(ctx, i.Root())
	if err != nil {
		return nil, err
	}
	return h.Responses.Answer(ctx, response.Token(token), response.Said{Answers: answers})
}

// HearSMS takes an answer by short message to where the survey it answers is answered.
func (h *House) HearSMS(ctx context.Context, from, text string) (invite.Heard, error) {
	heard, err := h.Invites.Hear(ctx, from, text)
	if err != nil || heard.Invitation == 0 || heard.Stop {
		return heard, err
	}
	v, err := h.Surveys.Published(ctx, heard.Survey, heard.Version)
	if err != nil {
		return heard, err
	}
	if v.Untied() { // a number says who answers
		heard.Anonymous = true
		return heard, nil
	}
	token, err := h.Invites.Answering(ctx, heard.Root)
	if err != nil {
		return heard, err
	}
	_, err = h.Responses.Text(ctx, response.Token(token), response.Texted{Question: heard.Question, Score: heard.Score, Words: heard.Words, Doubt: heard.Doubt})
	if heard.Closed = cx.KindOf(err) == cx.Conflict; heard.Closed {
		err = nil
	}
	return heard, err
}

// Listed reads the lines of a list of customers out of a file (CSV, XLSX…); column names them, "" when it is to be found.
func Listed(f *intake.File, column string) (iter.Seq2[invite.Listed, error], error) {
	rows, err := intake.Persons(f, column)
	if err != nil {
		return nil, err
	}
	return func(yield func(invite.Listed, error) bool) {
		for r, err := range rows {
			if !yield(invite.Listed{Line: r.Line, Ref: r.Ref, Email: r.Email, Phone: r.Phone, Any: r.Any, Problem: r.Problem}, err) {
				return
			}
		}
	}, nil
}
