package web

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"strings"
	"time"

	"vigie/internal/channel/mail"
	"vigie/internal/channel/sms"
	"vigie/internal/cx"
	"vigie/internal/listen/customer"
	"vigie/internal/web/ui"
)

// tryMost is how long a test message is waited for.
const tryMost = 90 * time.Second

// doTryChannel sends a message as the channels are kept, and says what the server answered.
func (s *Server) doTryChannel(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	p, err := s.newChannelsPage(r.Context(), v)
	if err != nil {
		return err
	}
	ctx, stop := context.WithTimeout(r.Context(), tryMost)
	defer stop()
	l, house := v.Lang, cmp.Or(v.Settings.Name, r.Host)
	switch r.PostForm.Get("by") {
	case "email":
		err = s.Invites.TryMail(ctx, mail.Address{Name: v.Viewer.Name, Email: v.Viewer.Email}, l.T("channels.try.subject", "house", house), l.T("channels.try.text", "house", house))
		p.Tried = l.T("channels.try.sent", "to", v.Viewer.Email)
	case "sms":
		p.To = strings.TrimSpace(r.PostForm.Get("to"))
		err = s.trySMS(ctx, p, house)
		p.Tried = l.T("channels.try.sent", "to", p.To)
	default:
		return cx.Fail(cx.Invalid, "by", "journey.what")
	}
	if err != nil {
		p.TriedBad = true
		p.Tried, p.Words = tryFailed(v, err)
	}
	if err := s.audit(r.Context(), v, "invitation.try", r.PostForm.Get("by")); err != nil {
		return err
	}
	p.settingsPage.frame.Path = channelsPath
	return s.render(w, r, channelsView(p))
}

func (s *Server) trySMS(ctx context.Context, p *channelsPage, house string) error {
	to, ok := customer.NormalPhone(p.To, "33")
	if !ok {
		return cx.Fail(cx.Invalid, "to", "collect.no_phone")
	}
	return s.Invites.TrySMS(ctx, "test."+rand.Text(), to, p.lang().T("channels.try.sms", "house", house))
}

// tryFailed says why a message did not leave, with the server's own words when it gave some.
func tryFailed(v *visit, err error) (says, words string) {
	l := v.Lang
	if f, ok := errors.AsType[*sms.Failure](err); ok {
		if f.Status == 0 {
			return l.T("channels.try.unreached"), f.Words
		}
		return l.T("channels.try.answered", "code", f.Status), f.Words
	}
	if f, ok := errors.AsType[*mail.Failure](err); ok {
		words = f.Reason
		if words == "" {
			words = causeOf(f)
		}
	}
	if e, ok := errors.AsType[*cx.Error](err); ok {
		return l.Error(e), words
	}
	return l.Error(err), words
}

// causeOf gives what the connection said, when the server said nothing.
func causeOf(f *mail.Failure) string {
	for _, one := range f.Unwrap() {
		if _, ours := errors.AsType[*cx.Error](one); !ours {
			return one.Error()
		}
	}
	return ""
}

// channelStates tell how each channel goes.
func (s *Server) channelStates(ctx context.Context, p *channelsPage) ([]ui.Thing, error) {
	l := p.lang()
	on := func(set bool) []ui.Tag {
		if set {
			return waits(l.T("channels.state.set"), ui.Good)
		}
		return waits(l.T("channels.state.unset"), ui.Watch)
	}
	out := []ui.Thing{{Name: l.T("channels.mail"), Tags: on(p.Mail)}, {Name: l.T("channels.sms"), Tags: on(p.SMS)}}
	last, trouble, set := s.Inviting.Returning()
	out = append(out, p.boxState(l.T("channels.mailbox"), boxRead{last, trouble, set, ""}))
	state, err := s.Inbox.State(ctx)
	if err != nil {
		return nil, err
	}
	note := ""
	if state.Name != "" {
		note = l.T("channels.inbox.counts", "entered", l.Int(state.Entered), "passed", l.Int(state.Passed), "refused", l.Int(state.Refused))
	}
	return append(out, p.boxState(l.T("channels.inbox"), boxRead{state.Last, state.Trouble, state.Name != "" || state.Trouble != nil, note})), nil
}

// boxRead is how reading a mailbox goes.
type boxRead struct {
	last    time.Time
	trouble error
	set     bool
	note    string
}

func (p *channelsPage) boxState(name string, b boxRead) ui.Thing {
	l := p.lang()
	x := ui.Thing{Name: name, Text: b.note}
	switch {
	case !b.set:
		x.Tags = waits(l.T("channels.state.unread"), "")
		return x
	case b.trouble != nil:
		x.Tags = waits(l.T("channels.state.trouble"), ui.Bad)
		x.Text = strings.TrimSpace(l.Error(b.trouble) + " " + b.note)
	case b.last.IsZero():
		x.Tags = waits(l.T("channels.state.soon"), ui.Accent)
	default:
		x.Tags = waits(l.T("channels.state.read"), ui.Good)
	}
	if !b.last.IsZero() {
		x.Note = l.T("channels.state.last", "at", l.DateTime(p.local(b.last)))
	}
	return x
}

func (p *channelsPage) triedTone() ui.Tone {
	if p.TriedBad {
		return ui.Bad
	}
	return ui.Good
}

func anyWrong(fields []ui.Field) bool {
	for _, f := range fields {
		if f.Error != "" {
			return true
		}
	}
	return false
}
