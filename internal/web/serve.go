package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"vigie/internal/api"
	"vigie/internal/cx"
	"vigie/internal/web/respond"
	"vigie/internal/web/ui"
)

// route makes the http.Handler of a route: who asks, may they, what went wrong.
func (s *Server) route(x Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, err := s.visit(r)
		if err == nil {
			err = s.admit(w, r, v, x)
		}
		if err != nil {
			s.fail(w, r, v, err)
		}
		if r.Method != http.MethodGet { // what is left of the body is thrown away by the server
			wait(w, time.Now().Add(formPatience))
		}
	})
}

// errSignIn asks for a session.
var errSignIn = errors.New("nobody signed in")

func (s *Server) admit(w http.ResponseWriter, r *http.Request, v *visit, x Route) error {
	if empty, err := s.isEmpty(r.Context()); err != nil {
		return err
	} else if empty && !beforeSetup(r.URL.Path) {
		http.Redirect(w, r, "/setup", http.StatusSeeOther)
		return nil
	}
	if x.Right != Anyone {
		if !v.signedIn() {
			return errSignIn
		}
		if x.Right != 0 && !v.Viewer.May(x.Right) {
			if r.URL.Path == "/" && r.Method == http.MethodGet {
				http.Redirect(w, r, s.firstPlace(v), http.StatusSeeOther)
				return nil
			}
			return needs(x.Right)
		}
		if err := v.holdBack(r); err != nil {
			return err
		}
		if v.mustFirst(r) {
			http.Redirect(w, r, v.Bound, http.StatusSeeOther)
			return nil
		}
	}
	return x.serve(w, r, v)
}

// render draws a component aside first, so that a failing page is an error page and not half of one.
func (s *Server) render(w http.ResponseWriter, r *http.Request, c templ.Component) error {
	return s.renderAs(w, r, http.StatusOK, c)
}

func (s *Server) renderAs(w http.ResponseWriter, r *http.Request, status int, c templ.Component) error {
	var b bytes.Buffer
	if err := c.Render(r.Context(), &b); err != nil {
		return fmt.Errorf("render: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Add("Vary", "Accept-Encoding")
	body := b.Bytes()
	if zipped, ok := gzipped(r, body); ok {
		h.Set("Content-Encoding", "gzip")
		body = zipped
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		s.log.Debug("page not sent", "err", err) // the browser has gone
	}
	return nil
}

// gzipped makes a page small for a browser that reads it. Pages hold no secret beside what a sender may choose, so that
// their length tells nothing.
func gzipped(r *http.Request, body []byte) ([]byte, bool) {
	if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") || len(body) < 1400 {
		return nil, false
	}
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		return nil, false
	}
	if _, err := z.Write(body); err != nil {
		return nil, false
	}
	if err := z.Close(); err != nil {
		return nil, false
	}
	return b.Bytes(), true
}

// fail turns an error into a page, or into a block for a part of one.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, v *visit, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return
	}
	if errors.Is(err, errSignIn) {
		s.askSignIn(w, r)
		return
	}
	kind := cx.KindOf(err)
	if errors.Is(err, context.DeadlineExceeded) {
		kind = cx.Unavailable
	}
	code := ""
	if kind == cx.Internal {
		code = s.report(r, err)
	}
	page := errorPage(v, kind, err, code)
	if e, ok := errors.AsType[*lacks](err); ok {
		if page.More, err = s.whomToAsk(r.Context(), v, e); err != nil {
			s.log.Error("whom to ask is not known", "err", err)
		}
	}
	if e := s.renderAs(w, r, api.Status(kind), errorView(v, page, isPart(r))); e != nil {
		s.log.Error("error page not drawn", "err", e)
		http.Error(w, http.StatusText(api.Status(kind)), api.Status(kind))
	}
}

// report logs an internal error and gives the id under which the page names it.
func (s *Server) report(r *http.Request, err error) string {
	id := strings.ToLower(rand.Text()[:10])
	s.log.Error("page failed", "id", id, "method", r.Method, "path", r.URL.Path, "err", err)
	return id
}

func (s *Server) askSignIn(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet || isPart(r) || r.URL.Path == "/live" {
		http.Error(w, http.StatusText(http.StatusUnauthorized), http.StatusUnauthorized)
		return
	}
	to := "/signin"
	if r.URL.Path != "/" || r.URL.RawQuery != "" {
		to += "?next=" + url.QueryEscape(r.URL.RequestURI())
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// isPart tells whether only a part of the page is asked for.
func isPart(r *http.Request) bool { return r.URL.Query().Get("part") != "" }

// failure is an error as a page says it.
type failure struct {
	Title, Text, Code string
	More              string // under the text; ""
	Kind              cx.Kind
	Retry             string
}

func errorPage(v *visit, kind cx.Kind, err error, code string) failure {
	l := v.Lang
	p := failure{Kind: kind, Code: code, Retry: v.Path}
	switch kind {
	case cx.NotFound:
		p.Title, p.Text, p.Retry = l.T("web.missing.title"), l.T("web.missing.text"), ""
	case cx.Denied:
		p.Title, p.Text, p.Retry = l.T("web.denied.title"), l.Error(err), ""
	case cx.Unavailable:
		p.Title, p.Text = l.T("web.unavailable.title"), blockReason(l, err)
	case cx.Internal:
		p.Title, p.Text = l.T("web.failed.title"), l.T("web.failed.text")
	default:
		p.Title, p.Text, p.Retry = l.T("web.refused.title"), l.Error(err), ""
	}
	return p
}

func errorBody(v *visit, p failure) templ.Component {
	s := ui.State{Title: p.Text, Text: p.More, Code: p.Code, Retry: p.Retry}
	s.Actions = []ui.Button{{Label: v.Lang.T("web.home"), Href: "/"}}
	switch p.Kind {
	case cx.NotFound:
		return ui.Missing(v.Lang, s)
	case cx.Denied:
		return ui.Denied(v.Lang, s)
	}
	return ui.Failed(v.Lang, s)
}

// loggedPath is a path without the token that stands in it: who reads a log reads no answer.
func loggedPath(path string) string {
	for _, prefix := range respond.Prefixes() {
		if strings.HasPrefix(path, prefix) {
			return prefix + "…"
		}
	}
	return path
}

// recovered turns a panic into a logged 500.
func (s *Server) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if p == http.ErrAbortHandler {
				panic(p)
			}
			s.log.Error("page panicked", "path", loggedPath(r.URL.Path), "panic", fmt.Sprint(p), slog.String("stack", string(debug.Stack())))
			http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		}()
		next.ServeHTTP(w, r)
	})
}
