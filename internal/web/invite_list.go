package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"vigie/internal/cx"
	"vigie/internal/listen/customer"
	"vigie/internal/listen/invite"
	"vigie/internal/people"
	"vigie/internal/web/respond"
	"vigie/internal/web/ui"
)

// inviteRoutes tell who is asked, and why not.
func (s *Server) inviteRoutes() []Route {
	return []Route{
		{"GET", "/listen/rules", people.ReadFigures, s.serveInviteRules},
		{"GET", "/listen/rules/{key}", people.ReadFigures, s.serveInviteRule},
		{"POST", "/listen/rules/{key}", people.EditStructure, s.doSaveInviteRule},
		{"POST", "/listen/rules/{key}/stage", people.EditStructure, s.doStageInviteRule},
		{"POST", "/listen/rules/{key}/check", people.EditStructure, s.doCheckInviteRule},
		{"GET", refusalsAt, people.ReadFigures, s.serveRefusals},
		{"GET", "/listen/invitations", people.ReadPeople, s.serveInvitations},
	}
}

// preferences hands customers' own page what it stands on.
func (s *Server) preferences() *respond.Preferences {
	return &respond.Preferences{Invites: s.Invites, Answers: s.Door.Customer, Erase: s.Door.Erase, Files: s.Door.MediaOf, Metrics: s.Catalogue.Metrics,
		Audit: func(ctx context.Context, what, subject string) error {
			return s.People.Audit(ctx, people.Entry{Actor: "customer", What: what, Subject: subject})
		}}
}

// invitationsPage lists invitations, newest first, with what became of each.
type invitationsPage struct {
	visit  *visit
	frame  ui.Frame
	Tabs   []ui.Tab
	States []ui.Tab
	Says   []string // of those behind a figure: which figure, and what it is narrowed to
	Table  ui.Table
	Pager  ui.Pager
	Kept   bool // nothing leaves this machine
	None   bool // nobody was ever asked, as far as the viewer may know
}

// toRules is where who is asked is decided.
func (v *visit) toRules() []ui.Button {
	return []ui.Button{{Label: v.Lang.T("invitation.none.do"), Href: "/listen/rules", Style: "primary"}}
}

const invitationsShown = 50

func (s *Server) serveInvitations(w http.ResponseWriter, r *http.Request, v *visit) error {
	newPage := s.newInvitationsPage
	if r.URL.Query().Get("score") != "" {
		newPage = s.newInvitedPage
	}
	p, err := newPage(r.Context(), v, r.URL.Query())
	if err != nil {
		return err
	}
	if err := s.audit(r.Context(), v, "invitation.list", ""); err != nil {
		return err
	}
	return s.render(w, r, invitationsView(p))
}

func (s *Server) newInvitationsPage(ctx context.Context, v *visit, q url.Values) (*invitationsPage, error) {
	g, err := s.ground(ctx, v, filters{}, matter{})
	if err != nil {
		return nil, err
	}
	l := v.Lang
	p := &invitationsPage{visit: v, frame: v.frame(l.T("invitation.title"), ui.SectionListen), Tabs: listenTabs(v, "/listen/rules"), Kept: s.Inviting.Keeps()}
	p.frame.Crumb = []ui.Link{{Label: l.T("invitation.rules"), Href: "/listen/rules"}}
	f := invite.Filter{Rule: q.Get("rule"), Limit: invitationsShown + 1}
	p.States = append(p.States, ui.Tab{Label: l.T("invitation.all"), Href: invitationsAt(f.Rule, "", 0), Current: q.Get("state") == ""})
	for _, one := range invite.States() {
		current := one.String() == q.Get("state")
		if current {
			f.State = one
		}
		p.States = append(p.States, ui.Tab{Label: l.T("invitation.state." + one.String()), Href: invitationsAt(f.Rule, one.String(), 0), Current: current})
	}
	if n, err := strconv.ParseInt(q.Get("before"), 10, 64); err == nil {
		f.Before = invite.InvitationID(n)
	}
	list, err := s.Invites.Invitations(ctx, g.scope(), f)
	if err != nil {
		return nil, err
	}
	if len(list) > invitationsShown {
		list = list[:invitationsShown]
		p.Pager.NextHref = invitationsAt(f.Rule, q.Get("state"), int64(list[len(list)-1].ID))
	}
	p.None = len(list) == 0 && len(q) == 0
	if len(list) > 0 {
		p.Pager.Says = l.T("invitation.count", "count", len(list))
	}
	if p.Table, err = s.invitationTable(ctx, g, list); err != nil {
		return nil, err
	}
	if f.State == invite.Opened {
		c, err := s.Invites.Channels(ctx)
		if err == nil && !c.Opens { // channels that cannot be opened are told on their own page
			p.Table.Empty = l.T("invitation.none.opened")
		}
	}
	return p, nil
}

func invitationsAt(rule, state string, before int64) string {
	q := url.Values{}
	if rule != "" {
		q.Set("rule", rule)
	}
	if state != "" {
		q.Set("state", state)
	}
	if before > 0 {
		q.Set("before", strconv.FormatInt(before, 10))
	}
	if len(q) == 0 {
		return "/listen/invitations"
	}
	return "/listen/invitations?" + q.Encode()
}

func (s *Server) invitationTable(ctx context.Context, g *ground, list []invite.Invitation) (ui.Table, error) {
	l := g.lang()
	t := ui.Table{Caption: l.T("invitation.title"), Empty: l.T("invitation.none"),
		Columns: []ui.Column{{Label: l.T("invitation.customer")}, {Label: l.T("invitation.rule")}, {Label: l.T("invitation.state")}, {Label: l.T("invitation.when")}}}
	ids := make([]cx.IdentityID, 0, len(list))
	for _, i := range list {
		ids = append(ids, i.Identity)
	}
	who, err := s.Customers.Customers(ctx, g.scope(), ids)
	if err != nil {
		return t, err
	}
	names, err := s.ruleNames(ctx, g)
	if err != nil {
		return t, err
	}
	for _, i := range list {
		person, known := who[i.Identity]
		t.Rows = append(t.Rows, g.invitationRow(i, person, known, names))
	}
	return t, nil
}

func (s *Server) ruleNames(ctx context.Context, g *ground) (map[string]string, error) {
	rules, err := s.Invites.Rules(ctx)
	names := map[string]string{"api": g.lang().T("invitation.by_api")}
	for _, k := range rules {
		names[k.Key] = g.lang().Text(k.Name)
	}
	return names, err
}

func (g *ground) invitationRow(i invite.Invitation, p customer.Person, known bool, names map[string]string) ui.Row {
	l := g.lang()
	name := l.T("invitation.erased")
	if known {
		name = g.personName(p)
	}
	rule := names[i.Rule]
	if rule == "" {
		rule = i.Rule
	}
	channel := ""
	if i.Channel != "" {
		channel = l.T("invitation.channel." + i.Channel)
	}
	return ui.Row{Href: invitationAddress(i.ID), Cells: []ui.Cell{{Text: name}, {Text: rule, Note: channel},
		{Tags: []ui.Tag{stateTag(g, i.State)}, Note: g.invitationWhy(i)}, {Text: l.DateTime(g.local(lastMoment(i)))}}}
}

// invitationWhy says why an invitation is as it is, "" when the state says it all.
func (g *ground) invitationWhy(i invite.Invitation) string {
	if i.Why == "" {
		return ""
	}
	l := g.lang()
	says := l.T("invitation.why." + string(i.Why))
	if !i.Until.IsZero() && (i.State == invite.Held || i.State == invite.Refused) {
		says += " · " + l.T("invitation.until", "at", l.DateTime(g.local(i.Until)))
	}
	return says
}
