package demo

import (
	"container/heap"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"

	"vigie/internal/channel/mail"
	"vigie/internal/cx"
	"vigie/internal/house"
	"vigie/internal/listen/invite"
	"vigie/internal/listen/response"
	"vigie/internal/people"
)

// asker lets the company's engine live through days that have passed, at a clock of its own. It is the engine's outbox:
// nothing leaves the machine, and what comes back comes from the story.
type asker struct {
	ctx context.Context
	s   *Story
	h   *house.House // who is asked and what they answer, at that clock
	t   *teller
	// clock is the wall's when days pass as they do; nil: at is the clock.
	clock func() time.Time

	mu   sync.Mutex
	at   time.Time
	soon sequels
}

// toldSetting says how far the story of invitations was told.
const toldSetting = "demo.told"

// tellAsked lets the engine live from where it stopped, the beginning of its story at first, until now.
func (s *Story) tellAsked(ctx context.Context, d Deps, anchor, now time.Time) error {
	a := &asker{ctx: ctx, s: s, t: newTeller(s, anchor, now)}
	var err error
	if a.h, err = d.At(a.now); err != nil {
		return err
	}
	a.h.Inviting.Keep(a)
	from, err := a.resume(anchor)
	if err != nil {
		return err
	}
	return a.live(from, now)
}

func (a *asker) now() time.Time {
	if a.clock != nil {
		return a.clock()
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.at
}

func (a *asker) set(at time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.at = at
}

// resume finds how far the story was told, and what is still to come back of messages that had left.
func (a *asker) resume(anchor time.Time) (time.Time, error) {
	told, err := a.h.Invites.Setting(a.ctx, toldSetting)
	if err != nil {
		return time.Time{}, err
	}
	if told == "" {
		from := a.day(-a.s.asking.Days)
		a.set(from)
		return from, a.begin()
	}
	from, err := time.Parse(time.RFC3339Nano, told)
	if err != nil {
		return time.Time{}, fmt.Errorf("demo: %w", err)
	}
	a.set(from)
	return from, a.remember(from)
}

// remember takes up what is to come back, after a moment, of the messages that had left.
func (a *asker) remember(from time.Time) error {
	for _, state := range []invite.State{invite.Sent, invite.Delivered} {
		f := invite.Filter{State: state, Limit: 1000}
		for {
			l, err := a.h.Invites.Invitations(a.ctx, people.Whole(), f)
			if err != nil {
				return err
			}
			for _, i := range l {
				if q, ok := a.s.sequelOf(&i, 0, i.Sent, false); ok && q.at.After(from) {
					a.expect(q)
				}
				f.Before = i.ID
			}
			if len(l) < f.Limit {
				break
			}
		}
	}
	return nil
}

func (a *asker) day(n int) time.Time { return a.t.anchor.AddDate(0, 0, n) }

// begin sets the policy and what some wished from the beginning.
func (a *asker) begin() error {
	if err := a.h.Invites.SetPolicy(a.ctx, a.s.asking.policyOf(a.day)); err != nil {
		return err
	}
	next := 1
	for _, word := range []string{"objection", "off", "topic", "channel", "pause", "yearly"} {
		for range a.s.asking.Wishes.First[word] {
			id := a.s.asking.pool[next]
			next++
			for word == "channel" && id%3 != 0 { // who has no e-mail does not refuse it
				id = a.s.asking.pool[next]
				next++
			}
			if err := a.wish(ref(id), word, "user"); err != nil {
				return err
			}
		}
	}
	return nil
}

// wish keeps what somebody decided; of who is not known nothing is kept.
func (a *asker) wish(who, word, proof string) error {
	p, err := a.h.Customers.Find(a.ctx, people.Whole(), who)
	if cx.KindOf(err) == cx.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	return a.wishOf(p.ID, word, proof)
}

func (a *asker) wishOf(id cx.PersonID, word, proof string) error {
	return a.h.Invites.ChangePreference(a.ctx, id, proof, func(p *invite.Preference) { wishOf(word, a.now(), p) })
}

// looks are the minutes of a day at which the engine looks around, fewer on days long past; what comes back comes at any
// moment.
var (
	looks     = []int{485, 550, 625, 705, 785, 860, 945, 1025, 1100, 1175, 1270, 1439}
	longAgo   = []int{490, 700, 960, 1170}
	fewBefore = 14 // days
)

// live goes from look to look, telling on the way what is decided, what happens and what comes back.
func (a *asker) live(from, until time.Time) error {
	acts := a.s.acts(a.day)
	for len(acts) > 0 && acts[0].at.Before(from) {
		acts = acts[1:]
	}
	first := int(dayOf(from, a.s.zone).Sub(a.t.anchor).Round(24*time.Hour).Hours() / 24)
	for day := first; !a.day(day).After(until); day++ {
		happenings := a.s.happenings(a.t.anchor, day)
		r := a.s.rand("looks", fmt.Sprint(day))
		minutes := looks
		if a.day(day + fewBefore).Before(until) {
			minutes = longAgo
		}
		for n, minute := range minutes {
			at := a.day(day).Add(time.Duration(minute-20+r.IntN(40)) * time.Minute).Add(time.Duration(r.IntN(60)) * time.Second)
			if at.After(until) {
				at = until
			}
			if !at.After(from) {
				continue
			}
			var err error
			if acts, err = a.decide(acts, at); err != nil {
				return err
			}
			if happenings, err = a.look(happenings, from, at); err != nil {
				return fmt.Errorf("demo: day %d, look %d: %w", day, n, err)
			}
			from = at
		}
		if err := a.h.Invites.KeepSetting(a.ctx, toldSetting, from.Format(time.RFC3339Nano)); err != nil {
			return err
		}
	}
	return a.ctx.Err()
}

func (a *asker) decide(acts []act, until time.Time) ([]act, error) {
	for len(acts) > 0 && !acts[0].at.After(until) {
		a.set(acts[0].at)
		if err := acts[0].do(a); err != nil {
			return nil, err
		}
		acts = acts[1:]
	}
	return acts, nil
}

// look tells what happened since the look before and lets the engine work; it gives what is still to happen.
func (a *asker) look(l []invite.Happening, from, at time.Time) ([]invite.Happening, error) {
	if err := a.comeBack(at); err != nil {
		return nil, err
	}
	a.set(at)
	var some []invite.Happening
	for len(l) > 0 && !l[0].At.After(at) {
		if l[0].At.After(from) {
			some = append(some, l[0])
		}
		l = l[1:]
	}
	if len(some) > 0 {
		if _, err := a.h.Invites.Receive(a.ctx, some); err != nil {
			return nil, err
		}
	}
	for {
		again, err := a.h.Inviting.RunOnce(a.ctx)
		if err != nil || !again {
			return l, err
		}
	}
}

// Take keeps a message, as the engine's outbox.
func (a *asker) Take(_ context.Context, w invite.Written) (invite.Fate, string) {
	fate, words := a.s.fateOf(w)
	if fate == invite.Gone {
		if q, ok := a.s.sequelOf(&w.Invitation, w.Round, a.now(), a.clock != nil); ok {
			a.expect(q)
		}
	}
	return fate, words
}

func (a *asker) expect(q sequel) {
	a.mu.Lock()
	defer a.mu.Unlock()
	heap.Push(&a.soon, q)
}

// due takes the next thing that has come back by a moment.
func (a *asker) due(at time.Time) (sequel, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.soon) == 0 || a.soon[0].at.After(at) {
		return sequel{}, false
	}
	return heap.Pop(&a.soon).(sequel), true
}

// comeBack tells all that has come back by a moment, each at its own.
func (a *asker) comeBack(until time.Time) error {
	for {
		q, ok := a.due(until)
		if !ok {
			return nil
		}
		a.set(q.at)
		if err := a.tell(q); err != nil && !settled(err) {
			return fmt.Errorf("%s of invitation %d: %w", q.what, q.id, err)
		}
	}
}

func (a *asker) tell(q sequel) error {
	switch q.what {
	case "answer", "partial":
		return a.answer(q)
	case "soft":
		_, err := a.h.Invites.Returned(a.ctx, []mail.Notice{{Fate: mail.Soft, Original: fmt.Sprintf("inv.%d.0@%s", q.id, a.s.file.Company.Domain), Reason: "452 4.2.2 mailbox full"}})
		return err
	}
	i, err := a.h.Invites.Invitation(a.ctx, people.Whole(), q.id)
	if err != nil {
		return err
	}
	of, err := a.h.Customers.PersonsOf(a.ctx, a.h.DB, []cx.IdentityID{i.Identity})
	if err != nil {
		return err
	}
	return a.wishOf(of[i.Identity], q.what, "page")
}

// answer answers an invitation that nobody answered yet.
func (a *asker) answer(q sequel) error {
	token, err := a.h.Invites.Answering(a.ctx, q.root)
	if err != nil {
		return err
	}
	one, err := a.h.Responses.Find(a.ctx, response.Token(token))
	if err != nil || len(one.Answers) > 0 || one.State == response.Closed {
		return err
	}
	r := a.s.rand("screens", strconv.FormatInt(int64(q.root), 10))
	if q.what == "partial" {
		_, err = a.h.Responses.Answer(a.ctx, response.Token(token), a.t.replyOf(one, q.at, 1+r.IntN(2)))
		return err
	}
	if a.clock == nil && r.IntN(4) == 0 { // screen by screen, at one's own pace; the others at once
		if _, err := a.h.Responses.Answer(a.ctx, response.Token(token), a.t.replyOf(one, q.at, 1)); err != nil {
			return err
		}
		a.set(q.at.Add(time.Duration(20+60*math.Exp(0.6*r.NormFloat64())) * time.Second))
	}
	said := a.t.replyOf(one, q.at, 0)
	if err := a.photograph(response.Token(token), one, &said); err != nil {
		return err
	}
	_, err = a.h.Responses.Answer(a.ctx, response.Token(token), said)
	return err
}

// sequels are a heap: what comes first is first.
type sequels []sequel

func (l sequels) Len() int { return len(l) }
func (l sequels) Less(i, j int) bool {
	return l[i].at.Before(l[j].at) || l[i].at.Equal(l[j].at) && l[i].id < l[j].id
}
func (l sequels) Swap(i, j int) { l[i], l[j] = l[j], l[i] }
func (l *sequels) Push(x any)   { *l = append(*l, x.(sequel)) }
func (l *sequels) Pop() any {
	last := (*l)[len(*l)-1]
	*l = (*l)[:len(*l)-1]
	return last
}

// asksNow is an asker at the wall's clock.
func (s *Story) asksNow(d Deps) (*asker, error) {
	now := d.Now()
	a := &asker{ctx: context.Background(), s: s, t: newTeller(s, now, now), clock: d.Now}
	var err error
	a.h, err = d.At(d.Now)
	return a, err
}

// happenNow lets something happen to a customer at this very moment.
func (a *asker) happenNow(ctx context.Context, r *rand.Rand) error {
	kinds := weights(a.s.asking.Events, func(k eventKind) float64 { return k.Daily })
	k := a.s.asking.Events[kinds.draw(r)]
	h := a.s.happening(k, a.s.asking.pool[1+r.IntN(len(a.s.asking.pool)-1)], a.now())
	h.ID = "live-" + strconv.FormatInt(a.now().UnixMicro(), 36)
	_, err := a.h.Invites.Receive(ctx, []invite.Happening{h})
	return err
}
