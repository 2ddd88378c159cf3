package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"vigie/internal/cx"
)

const (
	// maxFeedback is the most bytes of one feedback, alone or as a line.
	maxFeedback = 1 << 20
	// maxBody of any other request.
	maxBody = 4 << 20
)

// body reads at most limit bytes: 413 beyond. A sender who takes longer than a minute is not waited for.
func (c *call) body(limit int64) ([]byte, error) {
	control := http.NewResponseController(c.w)
	_ = control.SetReadDeadline(time.Now().Add(silence)) // not every connection has deadlines
	defer func() { _ = control.SetReadDeadline(time.Time{}) }()
	room := make([]byte, 0, max(512, min(c.ContentLength, limit)+1))
	buf := bytes.NewBuffer(room)
	_, err := buf.ReadFrom(http.MaxBytesReader(c.w, c.Body, limit))
	if _, over := errors.AsType[*http.MaxBytesError](err); over {
		return nil, &refusal{status: http.StatusRequestEntityTooLarge, err: cx.Fail(cx.Invalid, "", "api.too_big", "max", limit)}
	}
	if err != nil {
		return nil, malformed("", "api.cut_short")
	}
	return buf.Bytes(), nil
}

// decode reads one JSON value strictly: no unknown field, nothing after it.
func decode(b []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return unreadable(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return malformed("", "api.more_than_one")
	}
	return nil
}

// unreadable says which field of a JSON text is wrong.
func unreadable(err error) error {
	if e, ok := errors.AsType[*cx.Error](err); ok {
		return e
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		if e.Field == "" {
			return malformed("", "api.not_an_object", "found", e.Value)
		}
		return malformed(e.Field, "api.wrong_type", "found", e.Value, "wanted", wanted(e.Type.Kind().String()))
	}
	if e, ok := errors.AsType[*time.ParseError](err); ok {
		return malformed("at", "api.not_a_time", "value", strings.Trim(e.Value, `"`))
	}
	if _, name, ok := strings.Cut(err.Error(), "json: unknown field "); ok {
		name, _ = strconv.Unquote(name)
		return malformed(name, "api.unknown_field", "field", name)
	}
	if strings.HasPrefix(err.Error(), "Time.UnmarshalJSON: ") {
		return malformed("at", "api.not_a_time", "value", "")
	}
	if errors.Is(err, io.EOF) {
		return malformed("", "api.empty")
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return malformed("", "api.unfinished")
	}
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		return malformed("", "api.not_json", "offset", e.Offset)
	}
	return malformed("", "api.not_json", "offset", 0)
}

// wanted names a Go kind as people who write JSON say it.
func wanted(kind string) string {
	switch {
	case strings.HasPrefix(kind, "int"), strings.HasPrefix(kind, "uint"), strings.HasPrefix(kind, "float"):
		return "number"
	case kind == "slice":
		return "list"
	case kind == "map", kind == "struct", kind == "ptr":
		return "object"
	}
	return kind
}

// mediaType is the request's content type without its parameters. "" is JSON, and so is what curl -d says when told
// nothing.
func (c *call) mediaType() string {
	switch t := c.Header.Get("Content-Type"); t {
	case "", "application/json", "application/x-www-form-urlencoded":
		return "application/json"
	default:
		t, _, _ = mime.ParseMediaType(t) // "" when it is none
		if t == "" {
			return "unknown"
		}
		return t
	}
}

// accepts tells whether one of the types is asked for rather than JSON.
func (c *call) accepts(types ...string) bool {
	for part := range strings.SplitSeq(c.Header.Get("Accept"), ",") {
		t, _, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		if t == "application/json" || t == "*/*" {
			return false
		}
		for _, want := range types {
			if t == want {
				return true
			}
		}
	}
	return false
}

// id reads a number of the path; anything else is not found.
func (c *call) id() (int64, error) {
	s := c.PathValue("id")
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 || strconv.FormatInt(n, 10) != s {
		return 0, notFound()
	}
	return n, nil
}
