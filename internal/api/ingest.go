package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
)

// Receipt is the answer to one feedback sent alone.
type Receipt struct {
	ID     cx.FeedbackID   `json:"id"`
	Status collect.Verdict `json:"status"`           // accepted, quarantined, duplicate or erased
	Erased bool            `json:"erased,omitempty"` // it was sent before and erased since: nothing is kept
}

// maxKey is the most characters of an Idempotency-Key.
const maxKey = 255

// postFeedbacks takes in one feedback, or a batch as lines. It decodes once and knows no schema: it is the one route
// that thousands a second go through.
func (a *API) postFeedbacks(c *call) error {
	switch c.mediaType() {
	case "application/json":
		return a.postFeedback(c)
	case "application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines":
		return a.postBatch(c)
	}
	return &refusal{status: http.StatusUnsupportedMediaType, err: cx.Fail(cx.Invalid, "Content-Type", "api.media_type", "types", "application/json, application/x-ndjson")}
}

func (a *API) postFeedback(c *call) error {
	key := c.Header.Get("Idempotency-Key")
	if len(key) > maxKey {
		return malformed("Idempotency-Key", "api.key_too_long", "max", maxKey)
	}
	if key != "" {
		key = c.viewer.KeyID + "\x00" + key
	}
	b, err := c.body(maxFeedback)
	if err != nil {
		return err
	}
	var in collect.Incoming
	if err := decodeFeedback(b, &in); err != nil {
		return err
	}
	out, err := a.Door.Put(c.Context(), key, in)
	if err != nil {
		return err
	}
	switch out.Verdict {
	case collect.Accepted, collect.Waiting:
		c.w.Header().Set("Location", "/api/v1/feedbacks/"+strconv.FormatInt(int64(out.ID), 10))
		return c.receipt(http.StatusCreated, Receipt{ID: out.ID, Status: out.Verdict})
	case collect.Duplicate:
		return c.receipt(http.StatusOK, Receipt{ID: out.ID, Status: out.Verdict})
	case collect.Gone:
		return c.receipt(http.StatusOK, Receipt{ID: out.ID, Status: out.Verdict, Erased: true})
	}
	return joined(out.Errors)
}

// receipt writes by hand what encoding/json would write.
func (c *call) receipt(status int, r Receipt) error {
	var room [96]byte
	b := append(room[:0], `{"id":`...)
	b = strconv.AppendInt(b, int64(r.ID), 10)
	b = append(append(append(b, `,"status":"`...), r.Status...), '"')
	if r.Erased {
		b = append(b, `,"erased":true`...)
	}
	c.bytes(status, "application/json", append(b, '}', '\n'))
	return nil
}

// decodeFeedback reads one feedback, strictly. encoding/json would replace what is no UTF-8: here it is refused.
func decodeFeedback(b []byte, in *collect.Incoming) error {
	if !utf8.Valid(b) {
		return malformed("", "api.not_utf8")
	}
	if decodeUsual(string(b), in) {
		return nil
	}
	*in = collect.Incoming{}
	return within(b, decode(b, in))
}

// within gives an unknown field of a feedback the path of the object it stands in, which encoding/json does not tell.
func within(b []byte, err error) error {
	e, ok := errors.AsType[*cx.Error](err)
	if !ok || e.Code != "api.unknown_field" {
		return err
	}
	var parts map[string]json.RawMessage
	if json.Unmarshal(b, &parts) != nil {
		return err
	}
	var verbatims []json.RawMessage
	for key, part := range parts {
		switch strings.ToLower(key) { // as encoding/json meets it
		case "customer":
			if err := decode(part, &collect.Customer{}); sameCode(err, e) {
				return beneath("customer", err)
			}
		case "verbatims":
			_ = json.Unmarshal(part, &verbatims) // anything else was told before
		}
	}
	for n, part := range verbatims {
		if err := decode(part, &cx.Verbatim{}); sameCode(err, e) {
			return beneath("verbatims["+strconv.Itoa(n)+"]", err)
		}
	}
	return err
}

func sameCode(err error, e *cx.Error) bool {
	other, ok := errors.AsType[*cx.Error](err)
	return ok && other.Code == e.Code
}

// beneath puts a path before the field an error names.
func beneath(path string, err error) error {
	if e, ok := errors.AsType[*cx.Error](err); ok {
		e.Field = dotted(path, e.Field)
	}
	return err
}
