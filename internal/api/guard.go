package api

import (
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/people"
)

// guarded lets in who holds the route's right, counts the request, and turns an error into a problem.
func (a *API) guarded(r route) http.Handler {
	name := r.Method + " " + r.Path
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		seen := &watched{ResponseWriter: w}
		c := &call{Request: req, w: seen}
		start := time.Now()
		defer func() {
			if p := recover(); p != nil {
				a.Log.Error("request panicked", "route", name, "panic", p, "stack", string(debug.Stack()))
				if seen.status == 0 {
					a.fail(c, cx.Fail(cx.Internal, "", "lang.internal"))
				}
			}
			a.Metrics.request(name, seen.status, time.Since(start))
		}()
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		err := a.admit(c, r.Right)
		if err == nil {
			err = r.handle(c)
		}
		if err != nil {
			a.fail(c, err)
		}
	})
}

// admit says who asks. A missing or unknown key is 401, a known one without the right 403.
func (a *API) admit(c *call, right people.Right) error {
	secret, given := bearer(c.Header.Get("Authorization"))
	if _, password, basic := c.BasicAuth(); basic && strings.HasPrefix(c.URL.Path, hooksPath) {
		secret, given = password, password != "" // tools that only know a user and a password
	}
	if right == Everybody && !given {
		return nil
	}
	if !given {
		return &refusal{status: http.StatusUnauthorized, err: cx.Fail(cx.Denied, "", "api.no_key")}
	}
	v, err := a.People.ViewerByKey(c.Context(), secret)
	if cx.KindOf(err) == cx.Denied || cx.KindOf(err) == cx.NotFound {
		return &refusal{status: http.StatusUnauthorized, err: cx.Fail(cx.Denied, "", "api.unknown_key")}
	}
	if err != nil {
		return err
	}
	c.viewer = v
	if right != Everybody && !v.May(right) {
		return cx.Fail(cx.Denied, "", "api.denied", "role", string(v.Role))
	}
	return nil
}

const hooksPath = "/api/v1/hooks/"

func bearer(header string) (string, bool) {
	scheme, secret, ok := strings.Cut(header, " ")
	secret = strings.TrimSpace(secret)
	return secret, ok && strings.EqualFold(scheme, "bearer") && secret != ""
}

// watched keeps the status written, for the count.
type watched struct {
	http.ResponseWriter
	status int
}

func (w *watched) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *watched) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *watched) Unwrap() http.ResponseWriter { return w.ResponseWriter }
