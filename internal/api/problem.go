package api

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"

	"vigie/internal/cx"
	"vigie/internal/lang"
)

// Problem is an error as programs read it: RFC 9457, application/problem+json. Texts are in the language of
// Accept-Language.
type Problem struct {
	Type   string  `json:"type"`
	Title  string  `json:"title"`
	Status int     `json:"status"`
	Detail string  `json:"detail,omitempty"`
	ID     string  `json:"id,omitempty"` // of an unexpected error, to be found in the log
	Errors []Fault `json:"errors,omitempty"`
	// Result of the part of a batch that was taken in before the error.
	Result *BatchResult `json:"result,omitempty"`
}

// Fault is one thing wrong with the request.
type Fault struct {
	Field   string `json:"field"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// refusal is an error whose status is not the one of its kind.
type refusal struct {
	status int
	err    error
	result *BatchResult
}

func (r *refusal) Error() string { return r.err.Error() }
func (r *refusal) Unwrap() error { return r.err }

// malformed is what cannot be read at all: 400.
func malformed(field, code string, args ...any) error {
	return &refusal{status: http.StatusBadRequest, err: cx.Fail(cx.Invalid, field, code, args...)}
}

// notFound answers for what is unknown, foreign or malformed alike.
func notFound() error { return cx.Fail(cx.NotFound, "", "api.not_found") }

func statusOf(err error) int {
	if r, ok := errors.AsType[*refusal](err); ok {
		return r.status
	}
	return Status(cx.KindOf(err))
}

// Status of a kind of error, for programs and for pages.
func Status(k cx.Kind) int {
	switch k {
	case cx.Invalid:
		return http.StatusUnprocessableEntity
	case cx.NotFound:
		return http.StatusNotFound
	case cx.Conflict:
		return http.StatusConflict
	case cx.Denied:
		return http.StatusForbidden
	case cx.TooMany:
		return http.StatusTooManyRequests
	case cx.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// fail writes the problem. What has no kind is the database's outage, or is logged with an id and shown as that id only.
func (a *API) fail(c *call, err error) {
	l := c.lang()
	if statusOf(err) == http.StatusInternalServerError && a.outage(err) {
		a.Log.Warn("request not served", "method", c.Method, "route", c.Pattern, "err", err)
		err = cx.Fail(cx.Unavailable, "", "api.unavailable")
	}
	status := statusOf(err)
	p := Problem{Type: "about:blank", Title: http.StatusText(status), Status: status}
	if r, ok := errors.AsType[*refusal](err); ok {
		p.Result = r.result
	}
	switch {
	case status == http.StatusNotFound:
		p.Detail = l.T("api.not_found")
	case status == http.StatusInternalServerError:
		p.ID, p.Detail = rand.Text(), l.T("lang.internal")
		a.Log.Error("request failed", "id", p.ID, "method", c.Method, "route", c.Pattern, "err", err)
	default:
		p.Errors = faults(l, err)
		p.Detail = l.Error(err)
		if len(p.Errors) > 0 {
			p.Detail = p.Errors[0].Message
		}
	}
	h := c.w.Header()
	switch status {
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="Vigie"`)
	case http.StatusServiceUnavailable, http.StatusTooManyRequests:
		h.Set("Retry-After", "1")
	}
	c.write(status, "application/problem+json", p)
}

// faults lists every cx.Error joined in err.
func faults(l lang.Lang, err error) []Fault {
	var out []Fault
	switch e := err.(type) {
	case nil:
	case *cx.Error:
		out = append(out, Fault{e.Field, e.Code, l.Error(e)})
	case interface{ Unwrap() []error }:
		for _, one := range e.Unwrap() {
			out = append(out, faults(l, one)...)
		}
	case interface{ Unwrap() error }:
		out = faults(l, e.Unwrap())
	}
	return out
}

// lang is the reader's: Accept-Language, else the key's, else French.
func (c *call) lang() lang.Lang {
	if h := c.Header.Get("Accept-Language"); h != "" {
		return lang.Match(h)
	}
	return lang.For(c.viewer.Lang)
}

// json answers with a JSON value.
func (c *call) json(status int, v any) error {
	c.write(status, "application/json", v)
	return nil
}

// write sends v as JSON. An answer that cannot be sent has nobody left to tell.
func (c *call) write(status int, contentType string, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		status, b = http.StatusInternalServerError, []byte(`{"type":"about:blank","title":"Internal Server Error","status":500}`)
		contentType = "application/problem+json"
	}
	c.bytes(status, contentType, append(b, '\n'))
}

func (c *call) bytes(status int, contentType string, b []byte) {
	c.w.Header().Set("Content-Type", contentType)
	c.w.WriteHeader(status)
	_, _ = c.w.Write(b)
}
