package invite

import (
	"context"
	"errors"
	"strings"
	"sync"

	"vigie/internal/channel/mail"
	"vigie/internal/channel/sms"
	"vigie/internal/cx"
	"vigie/internal/lang"
	"vigie/internal/people"
)

// send marks the next due invitations as leaving, sends them, and keeps what became of each. What left is kept though ctx
// ends meanwhile. It gives how many were looked at.
func (e *Engine) send(ctx context.Context) (int, error) {
	s := e.d.Store
	most := letters
	if e.Keeps() {
		most = keptLetters
	}
	l, looked, err := s.Leave(ctx, e.ready(), most)
	if err != nil || len(l) == 0 {
		return looked, err
	}
	if e.Keeps() {
		return looked, s.Settle(context.WithoutCancel(ctx), e.keepAll(context.WithoutCancel(ctx), l))
	}
	results := make([]Result, len(l))
	var all sync.WaitGroup
	for i := range l {
		all.Go(func() { results[i] = e.sendOne(context.WithoutCancel(ctx), l[i]) })
	}
	all.Wait()
	return looked, s.Settle(context.WithoutCancel(ctx), results)
}

func (e *Engine) sendOne(ctx context.Context, l Letter) Result {
	r := Result{ID: l.ID, Fate: Gone, To: l.To}
	sheet, err := e.sheet(ctx, l)
	if err != nil {
		e.d.Store.d.Log.Error("message not made", "invitation", l.ID, "err", err)
		r.Fate = Later
		return r
	}
	if e.Keeps() {
		var w Written
		if w, err = sheet.written(e.lines.domain); err == nil {
			r.Fate, r.Words = e.box.Take(ctx, w)
		}
	} else if l.Channel == SMS {
		r.Gateway, err = e.lines.sms.Send(ctx, sheet.sms())
	} else {
		var m mail.Message
		if m, err = sheet.mail(e.lines.domain); err == nil {
			err = e.lines.mail.Send(ctx, m)
		}
	}
	if err != nil {
		r.Fate, r.Words = fateOf(err)
	}
	return r
}

// fateOf tells what became of a message that was not taken, with the server's words.
func fateOf(err error) (Fate, string) {
	var m *mail.Failure
	var t *sms.Failure
	switch {
	case errors.As(err, &m):
		switch {
		case m.Outcome == mail.Refused && m.AtFault:
			return Unknown, m.Reason
		case m.Outcome == mail.Refused:
			return Failed, m.Reason
		case m.Outcome == mail.Unsure:
			return Doubt, m.Reason
		}
		return Later, m.Reason
	case errors.As(err, &t):
		switch t.Outcome {
		case sms.Refused:
			return Failed, t.Words
		case sms.Unsure:
			return Doubt, t.Words
		}
		return Later, t.Words
	}
	return Later, err.Error()
}

// sheet gathers what a message is made of; the page where it is answered is open then.
func (e *Engine) sheet(ctx context.Context, l Letter) (*sheet, error) {
	who, err := e.d.Store.d.Customers.Customers(ctx, people.Whole(), []cx.IdentityID{l.Identity})
	if err != nil {
		return nil, err
	}
	l.Name = who[l.Identity].Name
	s, err := e.words(ctx, l, e.lines.base)
	if err != nil {
		return nil, err
	}
	if s.Link, err = e.d.Open(ctx, s.Letter); err != nil {
		return nil, err
	}
	if opens(e.lines.opens, s.Survey) {
		var token string
		token, err = e.d.Store.OpenToken(ctx, l.ID)
		s.Seen = "/p/" + token + "/seen.gif"
	}
	return s, err
}

// words gathers what a message is made of, but the page where it is answered.
func (e *Engine) words(ctx context.Context, l Letter, base string) (*sheet, error) {
	house, tag, err := e.d.House(ctx)
	if err != nil {
		return nil, err
	}
	v, err := e.d.Store.d.Surveys.Published(ctx, l.Survey, l.Version)
	if err != nil {
		return nil, err
	}
	s := &sheet{Letter: l, Survey: &v.Definition, House: house, Base: base, Tag: spoken(l.Lang, tag, v.Languages)}
	s.L = lang.For(s.Tag)
	s.Letter.Lang = s.Tag
	token, err := e.d.Store.PreferenceToken(ctx, l.Identity)
	s.Leave = "/p/" + token
	return s, err
}

// spoken picks the language of a message among those the survey is written in: the person's, the organisation's, the
// survey's first.
func spoken(person, house string, written []string) string {
	for _, want := range []string{person, house} {
		for _, w := range written {
			if want != "" && (strings.EqualFold(w, want) || strings.HasPrefix(strings.ToLower(want), strings.ToLower(w)+"-")) {
				return w
			}
		}
	}
	if len(written) == 0 {
		return house
	}
	return written[0]
}

func domainOf(address string) string {
	_, domain, _ := strings.Cut(address, "@")
	if ascii, err := mail.ParseAddress("from", address); err == nil {
		_, domain, _ = strings.Cut(ascii, "@")
	}
	return domain
}
