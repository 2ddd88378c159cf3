package web

import (
	"container/list"
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"vigie/internal/understand/insight"
)

// answers remembers what was asked of the figures in use, so that a page that many look at is computed once after each
// move. The key of an answer is the question and the whole scope of who asks; it is given only while the figures are of
// the same edition. Answers are shared: whoever gets one changes nothing in it.
type answers struct {
	mu     sync.Mutex
	of     map[string]*list.Element
	recent list.List // of *keptAnswer, the latest used first
	rows   int
	flying map[string]chan struct{} // closed when whoever asks has come back
}

type keptAnswer struct {
	key     string
	edition insight.Edition
	answer  insight.Answer
}

const (
	mostKeptRows = 20_000 // over all answers, each counted one more
	mostRowsKept = 2_000  // of one answer
)

// ask gives the answer to a question of whoever is at the page.
func (s *Server) ask(ctx context.Context, g *ground, q insight.Query) (insight.Answer, error) {
	key, err := answerKey(g, q)
	if err != nil {
		return insight.Answer{}, err
	}
	c := &s.answers
	now := s.Insight.Edition()
	if a, ok := c.find(key, now); ok {
		return a, nil
	}
	landed, first := c.fly(key)
	if !first {
		select {
		case <-landed:
		case <-ctx.Done():
			return insight.Answer{}, ctx.Err()
		}
		if a, ok := c.find(key, s.Insight.Edition()); ok {
			return a, nil
		}
		return s.Insight.Ask(ctx, g.scope(), q)
	}
	defer c.land(key)
	a, err := s.Insight.Ask(ctx, g.scope(), q)
	if err == nil && s.Insight.Edition() == now && a.Position == now.Position {
		c.keep(keptAnswer{key, now, a})
	}
	return a, err
}

// answerKey holds all that an answer depends on but the figures: the question, everything in the scope, and the day.
func answerKey(g *ground, q insight.Query) (string, error) {
	text, err := json.Marshal(q)
	if err != nil {
		return "", fmt.Errorf("question: %w", err)
	}
	return fmt.Sprintf("%s %#v %s", g.Now.Format(time.DateOnly), g.scope(), text), nil
}

func (c *answers) find(key string, now insight.Edition) (insight.Answer, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	at, ok := c.of[key]
	if !ok {
		return insight.Answer{}, false
	}
	k := at.Value.(*keptAnswer)
	if k.edition != now {
		return insight.Answer{}, false
	}
	c.recent.MoveToFront(at)
	return k.answer, true
}

// fly tells whether the caller is the first to ask, who lands later, and else when the first one has.
func (c *answers) fly(key string) (landed chan struct{}, first bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if landed, ok := c.flying[key]; ok {
		return landed, false
	}
	if c.flying == nil {
		c.flying = map[string]chan struct{}{}
	}
	landed = make(chan struct{})
	c.flying[key] = landed
	return landed, true
}

func (c *answers) land(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	close(c.flying[key])
	delete(c.flying, key)
}

func (c *answers) keep(k keptAnswer) {
	if len(k.answer.Rows) > mostRowsKept {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of == nil {
		c.of = map[string]*list.Element{}
	}
	if at, ok := c.of[k.key]; ok {
		c.drop(at)
	}
	c.of[k.key] = c.recent.PushFront(&k)
	for c.rows += 1 + len(k.answer.Rows); c.rows > mostKeptRows; {
		c.drop(c.recent.Back())
	}
}

func (c *answers) drop(at *list.Element) {
	k := c.recent.Remove(at).(*keptAnswer)
	delete(c.of, k.key)
	c.rows -= 1 + len(k.answer.Rows)
}
