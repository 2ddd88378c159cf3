package api

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/hook"
	"vigie/internal/people"
)

// maxReviews is the most bytes of reviews sent at once.
const maxReviews = 16 << 20

// hooks are addresses that other tools call by themselves.
func (a *API) hooks() []route {
	return []route{
		at("POST", "/hooks/conversations", people.WriteFeedback, a.hookConversation, operation{id: "hook_conversation", tag: "hooks", in: hook.Conversation{}, out: Receipt{},
			success: []int{http.StatusCreated, http.StatusOK}, refusals: []int{400, 413, 422, 503}}),
		at("POST", "/hooks/reviews", people.WriteFeedback, a.hookReviews, operation{id: "hook_reviews", tag: "hooks", in: hook.Review{}, inTypes: []string{"application/json", "application/x-ndjson"},
			out: BatchResult{}, refusals: []int{400, 413, 422, 503}}),
	}
}

// hookConversation takes in the end of a chat or of a call, or adds to what is known of it.
func (a *API) hookConversation(c *call) error {
	b, err := c.body(maxFeedback)
	if err != nil {
		return err
	}
	var said hook.Conversation
	if err := decode(b, &said); err != nil {
		return err
	}
	in, err := said.Incoming(time.Now().UTC())
	if err != nil {
		return err
	}
	out, err := hook.Enter(c.Context(), a.Door, in)
	if err != nil {
		return err
	}
	switch out.Verdict {
	case collect.Accepted, collect.Waiting:
		return c.receipt(http.StatusCreated, Receipt{ID: out.ID, Status: out.Verdict})
	case collect.Duplicate, hook.Amended:
		return c.receipt(http.StatusOK, Receipt{ID: out.ID, Status: out.Verdict})
	case collect.Gone:
		return c.receipt(http.StatusOK, Receipt{ID: out.ID, Status: out.Verdict, Erased: true})
	}
	return joined(out.Errors)
}

// hookReviews takes in one review, a list, or one a line. A bad one never stops the good ones.
func (a *API) hookReviews(c *call) error {
	b, err := c.body(maxReviews)
	if err != nil {
		return err
	}
	if err := a.declare(c.Context()); err != nil {
		return err
	}
	t := tally{lang: c.lang(), result: BatchResult{Rejected: []RejectedLine{}}}
	var lines []collect.Line
	for n, raw := range pieces(b) {
		t.result.Lines = n + 1
		var r hook.Review
		err := decode(raw, &r)
		var in collect.Incoming
		if err == nil {
			in, err = r.Incoming()
		}
		if err != nil {
			t.reject(n+1, err)
			continue
		}
		lines = append(lines, collect.Line{Number: n + 1, Incoming: in})
	}
	for len(lines) > 0 {
		chunk := lines[:min(len(lines), chunkLines)]
		lines = lines[len(chunk):]
		outcomes, err := a.Door.Batch(c.Context(), chunk)
		if err != nil {
			return t.stopped(err)
		}
		for _, o := range outcomes {
			t.add(o)
		}
	}
	return c.json(http.StatusOK, t.done())
}

// pieces cuts a body in objects: a JSON list, one object, or one a line.
func pieces(b []byte) [][]byte {
	b = bytes.TrimSpace(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")))
	var list []json.RawMessage
	if bytes.HasPrefix(b, []byte("[")) && json.Unmarshal(b, &list) == nil {
		out := make([][]byte, len(list))
		for i := range list {
			out[i] = list[i]
		}
		return out
	}
	if json.Valid(b) {
		return [][]byte{b}
	}
	var out [][]byte
	for line := range bytes.SplitSeq(b, []byte("\n")) {
		if line = bytes.TrimSpace(line); len(line) > 0 {
			out = append(out, line)
		}
	}
	return out
}

// declare makes the attributes of reviews known as what they are, personal, before the first one comes.
func (a *API) declare(ctx context.Context) error {
	have, err := a.Catalogue.Present(ctx)
	if err != nil {
		return err
	}
	for _, x := range hook.Attributes() {
		if _, known := have.Attributes[x.Key]; known {
			continue
		}
		if err := a.Catalogue.PutAttribute(ctx, "hook", x); err != nil && cx.KindOf(err) != cx.Conflict {
			return err
		}
	}
	return nil
}
