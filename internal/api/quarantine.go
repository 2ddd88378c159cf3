package api

import (
	"net/http"
	"time"
)

// Waiting is one key that feedbacks wait for.
type Waiting struct {
	Kind      string    `json:"kind"` // touchpoint or unit
	Key       string    `json:"key"`
	Feedbacks int       `json:"feedbacks"`
	Since     time.Time `json:"since"`
}

// WaitingList is what quarantine waits for, the most wanted first.
type WaitingList struct {
	Waiting []Waiting `json:"waiting"`
}

// Alias maps a key met in feedback to one of ours.
type Alias struct {
	Kind string `json:"kind"` // touchpoint or unit
	From string `json:"from"`
	To   string `json:"to"`
}

// Repaired tells how many waiting feedbacks an alias made live.
type Repaired struct {
	Repaired int `json:"repaired"`
}

func (a *API) quarantine(c *call) error {
	l, err := a.Door.Waiting(c.Context())
	if err != nil {
		return err
	}
	out := WaitingList{Waiting: []Waiting{}}
	for _, w := range l {
		out.Waiting = append(out.Waiting, Waiting{Kind: w.Field, Key: w.Key, Feedbacks: w.N, Since: w.Since})
	}
	return c.json(http.StatusOK, out)
}

func (a *API) alias(c *call) error {
	b, err := c.body(maxBody)
	if err != nil {
		return err
	}
	var in Alias
	if err := decode(b, &in); err != nil {
		return err
	}
	n, err := a.Door.Alias(c.Context(), in.Kind, in.From, in.To)
	if err != nil {
		return err
	}
	if err := a.audit(c, "alias.put", in.Kind+":"+in.To); err != nil {
		return err
	}
	a.follow(c.Context())
	return c.json(http.StatusOK, Repaired{n})
}
