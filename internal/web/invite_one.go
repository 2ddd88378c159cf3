package web

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/customer"
	"vigie/internal/listen/invite"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

// invitationRoutes tell one invitation.
func (s *Server) invitationRoutes() []Route {
	return []Route{
		{"GET", "/listen/invitations/{id}", people.ReadPeople, s.serveInvitation},
		{"GET", "/listen/invitations/{id}/message", people.ReadPeople, s.serveInvitationMessage},
	}
}

// messagePolicy is that of an e-mail as it is written: it has its own style and nothing else; its links open elsewhere.
const messagePolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'; " +
	"sandbox allow-popups allow-popups-to-escape-sandbox"

// invitationPage is one invitation: whom it is to, what became of it when, and the message as it is written.
type invitationPage struct {
	*ground
	frame ui.Frame
	State ui.Tag
	Why   string
	Facts []ui.Fact
	Line  []ui.Fact // what happened, when
	Kept  bool      // nothing leaves this machine
	Words string    // the server's
	// Message is nil when none left.
	Message *shownMessage
}

type shownMessage struct {
	To, Subject, Text string
	Frame             string // address of the e-mail as it is drawn, "" for a short message
	// Answer and Preferences lead where its links do; "" where they may not be followed.
	Answer, Preferences string
}

func invitationAddress(id invite.InvitationID) string {
	return "/listen/invitations/" + strconv.FormatInt(int64(id), 10)
}

func (s *Server) serveInvitation(w http.ResponseWriter, r *http.Request, v *visit) error {
	i, err := s.invitationOf(r, v)
	if err != nil {
		return err
	}
	p, err := s.newInvitationPage(r.Context(), v, i)
	if err != nil {
		return err
	}
	if err := s.audit(r.Context(), v, "invitation.read", strconv.FormatInt(int64(i.ID), 10)); err != nil {
		return err
	}
	w.Header().Set("Content-Security-Policy", framePolicy)
	return s.render(w, r, invitationView(p))
}

func (s *Server) invitationOf(r *http.Request, v *visit) (invite.Invitation, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return invite.Invitation{}, cx.Fail(cx.NotFound, "", "invite.unknown")
	}
	return s.Invites.Invitation(r.Context(), v.Viewer.Scope, invite.InvitationID(id))
}

// serveInvitationMessage is the e-mail alone, to stand in a frame of ours.
func (s *Server) serveInvitationMessage(w http.ResponseWriter, r *http.Request, v *visit) error {
	i, err := s.invitationOf(r, v)
	if err != nil {
		return err
	}
	m, err := s.Inviting.Written(r.Context(), i)
	if err != nil {
		return err
	}
	if m.HTML == "" {
		return cx.Fail(cx.NotFound, "", "invite.unknown")
	}
	h := w.Header()
	h.Set("Content-Security-Policy", messagePolicy)
	h.Set("Content-Type", "text/html; charset=utf-8")
	_, _ = io.WriteString(w, strings.Replace(m.HTML, "<head>", `<head><base target="_blank">`, 1)) // the browser has gone: nobody to tell
	return nil
}

func (s *Server) newInvitationPage(ctx context.Context, v *visit, i invite.Invitation) (*invitationPage, error) {
	g, err := s.ground(ctx, v, filters{}, matter{})
	if err != nil {
		return nil, err
	}
	l := v.Lang
	p := &invitationPage{ground: g, State: stateTag(g, i.State), Why: g.invitationWhy(i), Kept: s.Inviting.Keeps(), Words: i.Words}
	who, err := s.Customers.Customers(ctx, g.scope(), []cx.IdentityID{i.Identity})
	if err != nil {
		return nil, err
	}
	name := l.T("invitation.erased")
	person, known := who[i.Identity]
	if known {
		name = g.personName(person)
	}
	p.frame = v.frame(l.T("message.title", "name", name), ui.SectionListen)
	p.frame.Crumb = []ui.Link{{Label: l.T("invitation.rules"), Href: "/listen/rules"}, {Label: l.T("invitation.title"), Href: "/listen/invitations"}}
	if err := s.invitationFacts(ctx, p, i, person); err != nil {
		return nil, err
	}
	p.moments(i)
	return p, s.fillMessage(ctx, p, i)
}

func (s *Server) invitationFacts(ctx context.Context, p *invitationPage, i invite.Invitation, who customer.Person) error {
	l := p.lang()
	add := func(label, value, href string) {
		if value != "" {
			p.Facts = append(p.Facts, ui.Fact{Label: l.T(label), Value: value, Href: href})
		}
	}
	if who.ID != 0 {
		add("invitation.customer", p.personName(who), customerAddress(who.ID))
	}
	names, err := s.ruleNames(ctx, p.ground)
	if err != nil {
		return err
	}
	rule := ruleAddress(i.Rule)
	if _, err := s.Invites.Rule(ctx, i.Rule); err != nil {
		rule = ""
	}
	name := names[i.Rule]
	if name == "" {
		name = i.Rule
	}
	add("invitation.rule", name, rule)
	add("invitation.fact.survey", s.surveyName(ctx, p.ground, i.Survey), "/listen/surveys/"+url.PathEscape(string(i.Survey)))
	if i.Channel != "" {
		add("message.channel", l.T("invitation.channel."+i.Channel), "")
	}
	if i.Touchpoint != "" {
		add("message.touchpoint", p.touchpointName(cx.TouchpointID(i.Touchpoint)), "")
	}
	add("message.segment", i.Segment, "")
	add("message.wording", i.Wording, "")
	return nil
}

// moments tells what happened to an invitation, in order.
func (p *invitationPage) moments(i invite.Invitation) {
	l := p.lang()
	add := func(label string, at time.Time) {
		if !at.IsZero() {
			p.Line = append(p.Line, ui.Fact{Label: l.T(label), Value: l.DateTime(p.local(at))})
		}
	}
	add("message.planned", i.Planned)
	add("message.sent", i.Sent)
	switch i.State {
	case invite.Bounced:
		add("message.bounced", i.Settled)
	default:
		add("message.delivered", i.Settled)
	}
	add("message.answered", i.AnsweredAt)
	switch {
	case i.Sent.IsZero() && !i.Due.IsZero():
		add("message.due", i.Due)
	case i.State != invite.Answered && !i.Due.IsZero():
		add("message.reminder", i.Due)
	}
	if i.State != invite.Refused && i.State != invite.Bounced && i.State != invite.Answered {
		add("message.expires", i.Expires)
	}
}

// fillMessage adds the message that left last, when one did.
func (s *Server) fillMessage(ctx context.Context, p *invitationPage, i invite.Invitation) error {
	m, err := s.Inviting.Written(ctx, i)
	if cx.KindOf(err) == cx.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	p.Message = &shownMessage{To: m.To, Subject: m.Subject, Text: m.Text}
	if p.Kept {
		p.Message.Answer, p.Message.Preferences = m.Answer, m.Preferences
	}
	if m.HTML != "" {
		p.Message.Frame = invitationAddress(i.ID) + "/message"
	}
	return nil
}

// messageNote says what the message shown is.
func (p *invitationPage) messageNote() string {
	switch {
	case p.Message == nil:
		return ""
	case p.Kept:
		return p.lang().T("message.note.kept")
	}
	return p.lang().T("message.note")
}
