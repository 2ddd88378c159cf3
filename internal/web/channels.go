package web

import (
	"context"
	"net/http"
	"net/url"

	"vigie/internal/api"
	"vigie/internal/channel/mail"
	"vigie/internal/cx"
	"vigie/internal/listen/hook"
	"vigie/internal/listen/invite"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

// channelsPath is where an administrator sets how messages leave and what comes back.
const channelsPath = "/settings/channels"

func (s *Server) channelRoutes() []Route {
	return []Route{
		{"GET", channelsPath, people.Administer, s.serveChannels},
		{"POST", channelsPath, people.Administer, s.doChannels},
		{"POST", channelsPath + "/pace", people.Administer, s.doPace},
		{"POST", channelsPath + "/inbox", people.Administer, s.doInbox},
		{"POST", channelsPath + "/try", people.Administer, s.doTryChannel},
	}
}

// channelsPage is how messages leave, and what comes back.
type channelsPage struct {
	*settingsPage
	*ground
	State    []ui.Thing
	Groups   []channelGroup
	Pace     formView
	Inbox    channelGroup
	InboxOn  bool
	Seen     map[string]ui.Field // by form
	Mail     bool                // e-mails leave
	SMS      bool
	Record   dnsRecord
	Tried    string
	TriedBad bool
	Words    string // of the server
	Wrong    map[string]int
	Problems []problem // of no field
	To       string    // number typed
}

// channelGroup is one card of the form; More are behind a summary.
type channelGroup struct {
	Title, Note  string
	Fields, More []ui.Field
}

// dnsRecord is what is to be published for signatures.
type dnsRecord struct{ Name, Text string }

func (s *Server) serveChannels(w http.ResponseWriter, r *http.Request, v *visit) error {
	p, err := s.newChannelsPage(r.Context(), v)
	if err != nil {
		return err
	}
	return s.render(w, r, channelsView(p))
}

func (s *Server) newChannelsPage(ctx context.Context, v *visit) (*channelsPage, error) {
	g, err := s.ground(ctx, v, filters{}, matter{})
	if err != nil {
		return nil, err
	}
	p := &channelsPage{settingsPage: s.newSettings(v, channelsPath), ground: g, Seen: map[string]ui.Field{}, Wrong: map[string]int{}}
	c, err := s.Invites.Channels(ctx)
	if err != nil {
		s.log.Error("channels cannot be opened", "err", err)
		p.Problems = append(p.Problems, problem{Text: v.Lang.T("channels.sealed")})
		c = invite.Channels{}
	}
	p.Mail, p.SMS = c.Mail != nil, c.SMS != nil
	if c.Mail != nil {
		if p.Record.Name, p.Record.Text, err = c.Mail.DKIM.Record(); err != nil {
			return nil, err
		}
	}
	p.fillChannels(channelValues(c), secretsOf(c))
	p.Seen[channelsPath] = seenField(c.Shown())
	if err := s.fillPace(ctx, p); err != nil {
		return nil, err
	}
	if err := s.fillInbox(ctx, p); err != nil {
		return nil, err
	}
	p.State, err = s.channelStates(ctx, p)
	return p, err
}

func (s *Server) fillPace(ctx context.Context, p *channelsPage) error {
	pace, err := s.Invites.Pace(ctx)
	if err != nil {
		return err
	}
	l := p.lang()
	p.Pace = formView{Title: l.T("channels.pace"), Note: l.T("channels.pace.note"), Action: channelsPath + "/pace", Do: l.T("settings.save"), Fields: []ui.Field{
		{Name: "stopped", Kind: "checkbox", Label: l.T("channels.pace.stopped"), Hint: l.T("channels.pace.stopped.hint"), Checked: pace.Stopped},
		{Name: "resend", Kind: "checkbox", Label: l.T("channels.pace.resend"), Hint: l.T("channels.pace.resend.hint"), Checked: pace.Resend}, seenField(pace)}}
	return nil
}

func (s *Server) fillInbox(ctx context.Context, p *channelsPage) error {
	c, given, err := s.Inbox.Config(ctx)
	if err != nil {
		s.log.Error("the inbox cannot be opened", "err", err)
		c = nil
	}
	l := p.lang()
	p.InboxOn = c != nil
	note := l.T("channels.inbox.note")
	if given {
		note = l.T("channels.inbox.given")
	}
	p.Inbox = p.inboxGroup(inboxValues(c), c != nil)
	p.Inbox.Note = note
	p.Seen[channelsPath+"/inbox"] = seenField(c)
	return nil
}

func (s *Server) doChannels(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	f := r.PostForm
	err := s.Invites.ChangeChannels(r.Context(), func(c *invite.Channels) error {
		if err := checkSeen(r, *c); err != nil {
			return err
		}
		return readChannels(f, c)
	})
	if err == nil {
		return s.channelsKept(w, r, v, "invitation.channels")
	}
	return s.refuseChannels(w, r, v, err, func(p *channelsPage) {
		c, e := s.Invites.Channels(r.Context())
		if e != nil {
			c = invite.Channels{}
		}
		p.fillChannels(f, secretsOf(c))
	})
}

// channelsKept answers a form of the page.
func (s *Server) channelsKept(w http.ResponseWriter, r *http.Request, v *visit, what string) error {
	if err := s.audit(r.Context(), v, what, ""); err != nil {
		return err
	}
	s.toast(r, v.Lang.T("settings.saved"))
	http.Redirect(w, r, channelsPath, http.StatusSeeOther)
	return nil
}

// refuseChannels shows the page again, a form of it as typed, with all that is wrong.
func (s *Server) refuseChannels(w http.ResponseWriter, r *http.Request, v *visit, problem error, retype func(*channelsPage)) error {
	p, err := s.newChannelsPage(r.Context(), v)
	if err != nil {
		return err
	}
	l, mine := p.problems(problem)
	if !mine {
		return problem
	}
	if cx.KindOf(problem) != cx.Conflict {
		p.Seen[r.URL.Path] = ui.Field{Name: seenName, Kind: "hidden", Value: r.PostForm.Get(seenName)}
	}
	retype(p)
	p.Wrong[r.URL.Path] = len(l)
	p.placeAll(l)
	return s.renderAs(w, r, api.Status(cx.KindOf(problem)), channelsView(p))
}

// placeAll puts each problem beside its field.
func (p *channelsPage) placeAll(l []problem) {
	groups := []*channelGroup{&p.Inbox}
	for i := range p.Groups {
		groups = append(groups, &p.Groups[i])
	}
	for _, one := range l {
		if !placedIn(groups, one) {
			p.Problems = append(p.Problems, one)
		}
	}
}

func placedIn(groups []*channelGroup, one problem) bool {
	for _, g := range groups {
		for _, fields := range [][]ui.Field{g.Fields, g.More} {
			for i := range fields {
				if fields[i].Name == one.Field {
					fields[i].Error = one.Text
					return true
				}
			}
		}
	}
	return false
}

func (s *Server) doPace(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	now, err := s.Invites.Pace(r.Context())
	if err != nil {
		return err
	}
	if err := checkSeen(r, now); err != nil {
		return s.refuseChannels(w, r, v, err, func(p *channelsPage) {
			p.Pace.Fields[0].Checked, p.Pace.Fields[1].Checked = r.PostForm.Get("stopped") != "", r.PostForm.Get("resend") != ""
		})
	}
	now.Stopped, now.Resend = r.PostForm.Get("stopped") != "", r.PostForm.Get("resend") != ""
	if err := s.Invites.SetPace(r.Context(), now); err != nil {
		return err
	}
	return s.channelsKept(w, r, v, "invitation.pace")
}

func (s *Server) doInbox(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	now, _, err := s.Inbox.Config(r.Context())
	if err != nil {
		now = nil
	}
	f := r.PostForm
	var next *hook.MailboxConfig
	if err = checkSeen(r, now); err == nil {
		if next, err = readInbox(f, now); err == nil {
			err = under("inbox.", s.Inbox.Set(r.Context(), next))
		}
	}
	if err != nil {
		return s.refuseChannels(w, r, v, err, func(p *channelsPage) {
			note := p.Inbox.Note
			p.Inbox = p.inboxGroup(f, now != nil)
			p.Inbox.Note = note
		})
	}
	return s.channelsKept(w, r, v, "inbox.set")
}

// secretsOf tells which secrets are kept, by field.
func secretsOf(c invite.Channels) map[string]bool {
	out := map[string]bool{}
	if m := c.Mail; m != nil {
		out["mail.password"], out["mail.dkim.key"] = m.Password != "", m.DKIM.Key != ""
	}
	if b := c.Mailbox; b != nil {
		out["mailbox.password"] = b.Password != ""
	}
	if g := c.SMS; g != nil {
		out["sms.token"] = g.Token != ""
	}
	return out
}

// tlsModes are the ways a connection is encrypted, in the order they are offered.
func tlsModes() []mail.TLSMode {
	return []mail.TLSMode{mail.StartTLS, mail.Implicit, mail.IfOffered, mail.None}
}

// setIf writes what a form shows of a value that may not be there.
func setIf(f url.Values, name string, on bool) {
	if on {
		f.Set(name, "1")
	}
}
