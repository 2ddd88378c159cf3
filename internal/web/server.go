package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/alexedwards/scs/v2"

	"vigie/assets"
	"vigie/internal/cx"
	"vigie/internal/house"
	"vigie/internal/listen/catalogue"
	"vigie/internal/listen/circumstance"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/customer"
	"vigie/internal/listen/hook"
	"vigie/internal/listen/intake"
	"vigie/internal/listen/invite"
	"vigie/internal/listen/journey"
	"vigie/internal/listen/media"
	"vigie/internal/listen/note"
	"vigie/internal/listen/response"
	"vigie/internal/listen/survey"
	"vigie/internal/listen/tally"
	"vigie/internal/people"
	"vigie/internal/understand/chorus"
	"vigie/internal/understand/fatalist"
	"vigie/internal/understand/insight"
	"vigie/internal/understand/view"
	"vigie/internal/web/chart"
	"vigie/internal/web/respond"
)

// Deps are the rooms below. Every one of them is needed unless it says otherwise.
type Deps struct {
	People    *people.Store
	Journeys  *journey.Store
	Catalogue *catalogue.Store
	// Circumstances are the context events drawn on time axes.
	Circumstances *circumstance.Store
	// Views keep the questions of the explorer.
	Views     *view.Store
	Insight   *insight.Insight
	Door      *collect.Door
	Media     *media.Store
	Customers *customer.Reference
	// Imports is where files are imported.
	Imports *intake.Desk
	// Tally counts reasons of contact.
	Tally *tally.Store
	// Notes are what advisers note of the answer they had to give, Fatalists the lists they make.
	Notes     *note.Store
	Fatalists *fatalist.Lists
	// Chorus is what employees write.
	Chorus *chorus.Chorus
	// Surveys are the questionnaires, Responses takes what people answer to them.
	Surveys   *survey.Store
	Responses *response.Desk
	// Invites is who is asked, and how that went; Inviting tells what was written to them.
	Invites  *invite.Store
	Inviting *invite.Engine
	// Inbox is the mailbox whose letters are feedback.
	Inbox *hook.Inbox
	// Search finds feedback by words; nil: no search field is shown.
	Search func(context.Context, people.Scope, string, insight.ListQuery) (insight.List, error)
	// SearchLag counts the events that the search has not read yet; nil: not told.
	SearchLag func(context.Context) (int64, error)
	// Charts draws; nil: one of the server's own.
	Charts *chart.Drawer
	// Cast may be entered as by anyone who reaches the sign-in page: the demo's. nil: nobody.
	Cast []CastMember
	// SetupToken is asked for (/setup?token=…) to create the first administrator. Without one, only a browser on this very
	// machine may.
	SetupToken string
	// SetupLocal: a browser on this very machine, no proxy between, needs no token.
	SetupLocal bool
	// Version of the program, shown on the About page; "" is not shown.
	Version string
	// PublicURL is how this server is reached, shown in examples; "" is the address the browser used.
	PublicURL string
	// Dev adds /dev/ui, the page of the components in use.
	Dev bool
	// Secure: the pages are reached by https, through a proxy that says from whom; cookies are then sent over it alone.
	Secure bool
	// SurveyWork is the bits of work asked of a browser before it answers from a public link; 0: none.
	SurveyWork int
	// Live tells how the stream behaves; zero values take their documented default.
	Live LiveConfig
	Log  *slog.Logger     // nil: discarded
	Now  func() time.Time // nil: time.Now
}

// CastMember is one person of the demo company.
type CastMember struct {
	UserID int64
	Name   string
	Title  cx.Text
}

// Server answers the pages. It holds no state but caches.
type Server struct {
	Deps
	log      *slog.Logger
	now      func() time.Time
	secure   bool
	sessions *scs.SessionManager
	hasUsers atomic.Bool
	known    knownValues
	usual    usualPeriod
	answers  answers
	respond  *respond.Server

	hasFeedback atomic.Bool
	streams     atomic.Int64
	stopping    chan struct{}
	stopOnce    sync.Once
}

// Of hands the pages the rooms of a house; the rest of Deps is the caller's.
func Of(h *house.House) Deps {
	return Deps{
		People: h.People, Journeys: h.Journeys, Catalogue: h.Catalogue, Circumstances: h.Circumstances, Views: h.Views, Insight: h.Insight,
		Door: h.Door, Media: h.Media, Customers: h.Customers, Imports: h.Imports, Tally: h.Tally, Notes: h.Notes, Fatalists: h.Fatalists, Chorus: h.Chorus, Surveys: h.Surveys, Responses: h.Responses, Invites: h.Invites, Inviting: h.Inviting, Inbox: h.Inbox,
		Search: h.Search.Search, SearchLag: h.Search.Lag,
	}
}

// New is inert: no goroutine, no I/O.
func New(d Deps) (*Server, error) {
	if d.People == nil || d.Journeys == nil || d.Catalogue == nil || d.Circumstances == nil || d.Insight == nil || d.Door == nil || d.Customers == nil || d.Views == nil {
		return nil, errors.New("web: people, journeys, catalogue, circumstances, insight, the door, customers and views are needed")
	}
	if d.Imports == nil || d.Surveys == nil || d.Responses == nil || d.Tally == nil || d.Invites == nil || d.Inviting == nil || d.Inbox == nil || d.Media == nil || d.Chorus == nil {
		return nil, errors.New("web: imports, surveys, responses, media, the tally, invitations and employees' words are needed")
	}
	s := &Server{Deps: d, log: d.Log, now: d.Now, secure: d.Secure, stopping: make(chan struct{})}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.now == nil {
		s.now = time.Now
	}
	s.Live = d.Live.orDefaults()
	if s.Charts == nil {
		s.Charts = chart.New(chart.Config{}, chart.Deps{Log: s.log})
	}
	s.sessions = s.sessionManager()
	var err error
	s.respond, err = respond.New(respond.Deps{Surveys: d.Surveys, Responses: d.Responses, Settings: s.People.Settings, Face: face, Theme: themeOf, Attribute: s.attributeNamed, Preferences: s.preferences(), Behind: d.Secure, Work: d.SurveyWork, Log: s.log, Now: s.now})
	return s, err
}

func (s *Server) sessionManager() *scs.SessionManager {
	m := scs.New()
	m.Store = s.People.Sessions()
	m.HashTokenInStore = true
	m.Lifetime = 7 * 24 * time.Hour
	m.Cookie.Name = "vigie"
	if s.secure {
		m.Cookie.Name = "__Host-vigie"
	}
	m.Cookie.Path = "/"
	m.Cookie.HttpOnly = true
	m.Cookie.Secure = s.secure
	m.Cookie.SameSite = http.SameSiteLaxMode
	m.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) {
		s.log.Error("session failed", "path", r.URL.Path, "err", err)
		http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
	}
	return m
}

// Handler answers every address of the pages, assets included; anything else gets a page saying that there is nothing.
func (s *Server) Handler() http.Handler {
	pages := http.NewServeMux()
	for _, x := range s.Routes() {
		pages.Handle(x.Method+" "+x.Path, s.route(x))
	}
	pages.Handle("/", s.route(Route{Right: Anyone, serve: s.serveMissing}))
	protect := http.NewCrossOriginProtection()
	root := http.NewServeMux()
	root.Handle(assets.Prefix, assets.Handler())
	root.Handle("GET /w.js", s.secureHeaders(http.HandlerFunc(s.serveWidget)))
	for _, prefix := range respond.Prefixes() {
		root.Handle(prefix, s.recovered(s.secureHeaders(s.respond.Handler())))
	}
	root.Handle("/", s.recovered(s.secureHeaders(protect.Handler(s.sessions.LoadAndSave(s.keepLang(pages))))))
	return root
}

func (s *Server) serveMissing(http.ResponseWriter, *http.Request, *visit) error {
	return cx.Fail(cx.NotFound, "", "web.missing.text")
}

// isEmpty tells whether nobody was ever added; once somebody is, it asks no more.
func (s *Server) isEmpty(ctx context.Context) (bool, error) {
	if s.hasUsers.Load() {
		return false, nil
	}
	empty, err := s.People.Empty(ctx)
	if err == nil && !empty {
		s.hasUsers.Store(true)
	}
	return empty, err
}
