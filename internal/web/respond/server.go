package respond

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"vigie/internal/cx"
	"vigie/internal/lang"
	"vigie/internal/listen/catalogue"
	"vigie/internal/listen/response"
	"vigie/internal/listen/survey"
	"vigie/internal/people"
)

// Deps of the pages.
type Deps struct {
	Surveys   *survey.Store
	Responses *response.Desk
	// Preferences stand behind /p/{token}; nil: there is no such page.
	Preferences *Preferences
	Settings    func(context.Context) (people.Settings, error)
	// Face gives the addresses of the organisation's style sheet and logo; "" none.
	Face func(people.Settings) (style, logo string)
	// Theme gives the style sheet of an accent (#rrggbb), both themes; "" when it is none.
	Theme func(accent string) string
	// Attribute finds what the catalogue knows of an attribute; nil: sites may say none.
	Attribute func(context.Context, cx.AttributeID) (catalogue.Attribute, bool)
	// Hourly is the most responses opened in an hour from one address; 0 is 300 (a kiosk, an office behind one address).
	Hourly int
	// Behind: the address of the sender is the last of X-Forwarded-For.
	Behind bool
	// Work is the bits of work asked of a browser before it opens a response from a public link; 0: none.
	Work int
	Log  *slog.Logger     // nil: discarded
	Now  func() time.Time // nil: time.Now
}

// Server answers /q/{survey} (a link, a QR code, a kiosk), /s/{token} (a response under way) and /p/{token} (how one person
// wants to be asked).
type Server struct {
	d    Deps
	door *turnstile
	toil *toil
	// files that come from one address in an hour.
	files *turnstile
}

// New is inert.
func New(d Deps) (*Server, error) {
	if d.Surveys == nil || d.Responses == nil || d.Settings == nil || d.Face == nil || d.Theme == nil {
		return nil, errors.New("respond: surveys, responses, settings, a face and a theme are needed")
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	return &Server{d: d, door: newTurnstile(cmp.Or(d.Hourly, 300), d.Now), toil: newToil(d.Work, d.Now), files: newTurnstile(filesHourly, d.Now)}, nil
}

// Prefixes are the addresses that Handler answers.
func Prefixes() []string { return []string{"/q/", "/s/", "/p/"} }

// Handler answers the pages; who mounts it adds the headers of all pages. A form's token is its authority, so that a
// post needs no other sign of where it comes from.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /q/theme/{file}", s.page(s.serveTheme))
	mux.Handle("GET /q/logo/{survey}/{file}", s.page(s.serveLogo))
	mux.Handle("GET /q/{survey}", s.page(s.serveBegin))
	mux.Handle("POST /q/{survey}", s.page(s.doBegin))
	mux.Handle("OPTIONS /", s.page(s.serveOptions))
	mux.Handle("GET /s/{token}", s.page(s.serveStep))
	mux.Handle("POST /s/{token}", s.page(s.doStep))
	mux.Handle("POST /s/{token}/after", s.page(s.doAfter))
	if s.d.Preferences != nil {
		mux.Handle("GET /p/{token}", s.page(s.servePreferences))
		mux.Handle("POST /p/{token}", s.page(s.doPreferences))
		mux.Handle("GET /p/{token}/seen.gif", s.page(s.serveSeen))
		mux.Handle("GET /p/{token}/stop", s.page(s.serveStop))
		mux.Handle("POST /p/{token}/stop", s.page(s.doStop))
	}
	mux.Handle("/", s.page(func(http.ResponseWriter, *http.Request) error {
		return cx.Fail(cx.NotFound, "", "response.unknown")
	}))
	return mux
}

// serveTheme gives the style sheet of a survey's own accent.
func (s *Server) serveTheme(w http.ResponseWriter, r *http.Request) error {
	css := s.d.Theme("#" + strings.TrimSuffix(r.PathValue("file"), ".css"))
	if css == "" {
		return cx.Fail(cx.NotFound, "", "response.unknown")
	}
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=86400")
	_, _ = io.WriteString(w, css) // the browser has gone: nobody to tell
	return nil
}

// page turns what a handler fails with into a page that says so.
func (s *Server) page(serve func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Robots-Tag", "noindex, nofollow")
		h.Set("Referrer-Policy", "no-referrer") // the address is the authority
		h.Set("Cache-Control", "no-store")
		if asksJSON(r) {
			openToSites(h)
		}
		if !multipartForm(r) { // whose reader knows how much may come
			r.Body = http.MaxBytesReader(w, r.Body, formMost)
		}
		err := serve(w, r)
		if err == nil {
			return
		}
		if e := s.fail(w, r, err); e != nil {
			s.d.Log.Error("error page not drawn", "err", e)
			http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		}
	})
}

const formMost = 1 << 20

func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) error {
	if r.Context().Err() != nil {
		return nil
	}
	kind := cx.KindOf(err)
	if kind == cx.Internal {
		s.d.Log.Error("survey page failed", "err", err)
	}
	f, e := s.frame(r.Context(), nil, r)
	if e != nil {
		return e
	}
	p := &stopped{frame: f, Kind: kind}
	switch kind {
	case cx.NotFound:
		p.Title, p.Text = f.L.T("respond.missing.title"), f.L.T("respond.missing.text")
		if strings.HasPrefix(r.URL.Path, "/p/") {
			p.Title, p.Text = f.L.T("respond.prefer.missing"), f.L.T("respond.prefer.missing.text")
		}
	case cx.TooMany:
		p.Title, p.Text = f.L.T("respond.many.title"), f.L.T("respond.many.text")
	case cx.Invalid, cx.Conflict:
		p.Title, p.Text = f.L.T("respond.refused.title"), f.L.Error(err)
	default:
		p.Title, p.Text = f.L.T("respond.failed.title"), f.L.T("respond.failed.text")
	}
	p.frame.Title = p.Title
	if asksJSON(r) {
		return showStopped(w, statusOf(kind), p)
	}
	return s.render(w, r, statusOf(kind), stoppedView(p))
}

func statusOf(k cx.Kind) int {
	switch k {
	case cx.NotFound:
		return http.StatusNotFound
	case cx.TooMany:
		return http.StatusTooManyRequests
	case cx.Invalid:
		return http.StatusUnprocessableEntity
	case cx.Conflict:
		return http.StatusConflict
	case cx.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// render draws a page aside first, so that a failing page is an error page and not half of one.
func (s *Server) render(w http.ResponseWriter, r *http.Request, status int, c templ.Component) error {
	var b bytes.Buffer
	if err := c.Render(r.Context(), &b); err != nil {
		return fmt.Errorf("render: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Add("Vary", "Accept-Encoding")
	body := b.Bytes()
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		var zipped bytes.Buffer
		z := gzip.NewWriter(&zipped)
		if _, err := z.Write(body); err != nil {
			return err
		}
		if err := z.Close(); err != nil {
			return err
		}
		h.Set("Content-Encoding", "gzip")
		body = zipped.Bytes()
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		s.d.Log.Debug("page not sent", "err", err) // the browser has gone
	}
	return nil
}

// frame is what surrounds every page.
type frame struct {
	L lang.Lang
	// Tag is the language of the survey's words; L is the nearest that Vigie speaks.
	Tag, Dir     string
	Title        string
	Name, Style  string // of the organisation
	Emblem       emblem
	Contact      string // whom to ask about one's rights, "" not said
	Accent       string // of the survey, "" the organisation's
	Languages    []choice
	Kiosk        bool   // one screen for many people
	Seen, SeenIn string // of a preview: what of the survey is seen, and the language that says it
	Done, All    int    // questions behind, and in all as far as is known
}

// choice is one language to read in.
type choice struct {
	Tag, Name, Href string
	Present         bool
}

func (s *Server) frame(ctx context.Context, d *survey.Definition, r *http.Request) (frame, error) {
	settings, err := s.d.Settings(ctx)
	if err != nil {
		return frame{}, err
	}
	f := frame{Name: cmp.Or(settings.Name, r.Host), Contact: settings.Contact, Tag: tagOf(d, r)}
	f.L, f.Dir = spoken(f.Tag), direction(f.Tag)
	var logo string
	f.Style, logo = s.d.Face(settings)
	f.Emblem = emblem{Light: logo, Dark: logo + "&on=dark", Alt: f.Name}
	if d != nil {
		f.Accent = d.Theme.Accent
	}
	if logo == "" || d != nil && d.Theme.NoLogo {
		f.Emblem = emblem{}
	}
	return f, nil
}
