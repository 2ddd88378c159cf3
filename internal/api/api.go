package api

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/house"
	"vigie/internal/listen/catalogue"
	"vigie/internal/listen/circumstance"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/customer"
	"vigie/internal/listen/invite"
	"vigie/internal/listen/journey"
	"vigie/internal/listen/media"
	"vigie/internal/listen/note"
	"vigie/internal/listen/response"
	"vigie/internal/listen/survey"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/understand/fatalist"
	"vigie/internal/understand/insight"
)

// Deps are what the API asks. All are needed but Follow, Metrics, Log and Now.
type Deps struct {
	DB        *record.DB
	People    *people.Store
	Door      *collect.Door
	Media     *media.Store
	Customers *customer.Reference
	Journeys  *journey.Store
	Catalogue *catalogue.Store
	// Circumstances are the context events.
	Circumstances *circumstance.Store
	// Surveys are the questionnaires, Responses takes what people answer to them.
	Surveys   *survey.Store
	Responses *response.Desk
	// OpenResponse makes the page where one person answers a survey.
	OpenResponse func(context.Context, response.Opening) (path string, err error)
	// Invites is who is asked; OpenInvitation makes the page where one is answered.
	Invites        *invite.Store
	OpenInvitation func(context.Context, invite.Letter) (path string, err error)
	// AnswerInvitation keeps what is answered to an invitation by telephone.
	AnswerInvitation func(context.Context, invite.InvitationID, map[survey.QuestionID]survey.Answer) (*response.Response, error)
	// HearSMS takes an answer by short message.
	HearSMS func(ctx context.Context, from, text string) (invite.Heard, error)
	// Notes are what advisers note of the answer they had to give, Fatalists the lists they make.
	Notes     *note.Store
	Fatalists *fatalist.Lists
	// Ask and List are those of insight.Insight.
	Ask  func(context.Context, people.Scope, insight.Query) (insight.Answer, error)
	List func(context.Context, people.Scope, insight.ListQuery) (insight.List, error)

	// Follow waits until figures have come to a position (insight.Insight.WaitFor), so that what was just declared may be
	// asked at once; nil: nobody waits.
	Follow func(context.Context, record.Position) error

	Metrics *Metrics         // nil: requests are not counted
	Log     *slog.Logger     // nil: discarded
	Now     func() time.Time // nil: time.Now
}

// API answers programs.
type API struct {
	Deps
	mux      *http.ServeMux
	document []byte
	page     docsPages
}

// Of hands the interface the rooms of a house; the rest of Deps is the caller's.
func Of(h *house.House) Deps {
	return Deps{
		DB: h.DB, People: h.People, Door: h.Door, Media: h.Media, Customers: h.Customers, Journeys: h.Journeys, Catalogue: h.Catalogue, Circumstances: h.Circumstances,
		Surveys: h.Surveys, Responses: h.Responses, OpenResponse: h.OpenResponse, Invites: h.Invites, OpenInvitation: h.OpenInvitation, AnswerInvitation: h.AnswerInvitation, HearSMS: h.HearSMS, Notes: h.Notes, Fatalists: h.Fatalists,
		Ask: h.Insight.Ask, List: h.Insight.List, Follow: h.Insight.WaitFor,
	}
}

// New gives the handler of everything under /api/. It is inert.
func New(d Deps) (*API, error) {
	if d.DB == nil || d.People == nil || d.Door == nil || d.Media == nil || d.Customers == nil || d.Journeys == nil || d.Catalogue == nil || d.Circumstances == nil || d.Surveys == nil || d.Responses == nil || d.OpenResponse == nil || d.Invites == nil || d.OpenInvitation == nil || d.AnswerInvitation == nil || d.HearSMS == nil || d.Notes == nil || d.Fatalists == nil || d.Ask == nil || d.List == nil {
		return nil, fmt.Errorf("api: DB, People, Door, Media, Customers, Journeys, Catalogue, Circumstances, Surveys, Responses, OpenResponse, Invites, OpenInvitation, AnswerInvitation, HearSMS, Notes, Fatalists, Ask and List are needed")
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	a := &API{Deps: d, mux: http.NewServeMux()}
	if err := a.describe(); err != nil {
		return nil, err
	}
	for _, r := range a.routes() {
		a.mux.Handle(r.Method+" "+r.Path, a.guarded(r))
	}
	a.mux.HandleFunc("/api/", a.unknown)
	return a, nil
}

func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.mux.ServeHTTP(w, r) }

// Everybody is the right of a route that asks for no key.
const Everybody people.Right = 0

// Route is one call of the API. Every answer is Cache-Control: no-store but the description's, which is public.
type Route struct {
	Method, Path string
	Right        people.Right // Everybody: no key needed
}

// Routes lists every route, for tests that walk them.
func (a *API) Routes() []Route {
	var l []Route
	for _, r := range a.routes() {
		l = append(l, r.Route)
	}
	return l
}

// call is one request of a viewer.
type call struct {
	*http.Request
	w      http.ResponseWriter
	viewer people.Viewer
}

// route is a Route with what answers it and how it is described.
type route struct {
	Route
	handle func(*call) error
	about  operation
}

// at makes a route under /api/v1.
func at(method, path string, right people.Right, handle func(*call) error, about operation) route {
	return route{Route{method, "/api/v1" + path, right}, handle, about}
}

// routes is the whole API on one screen.
func (a *API) routes() []route {
	l := []route{
		at("POST", "/feedbacks", people.WriteFeedback, a.postFeedbacks, opPostFeedbacks()),
		at("GET", "/feedbacks", people.ReadPeople, a.listFeedbacks, opListFeedbacks()),
		at("GET", "/feedbacks/{id}", people.ReadPeople, a.showFeedback, opFeedback("show_feedback")),
		at("PATCH", "/feedbacks/{id}", people.WriteFeedback, a.amendFeedback, opAmendFeedback()),
		at("GET", "/feedbacks/{id}/media/{media}", people.ReadPeople, a.showMedia, opShowMedia()),
		at("POST", "/media", people.WriteFeedback, a.postMedia, opPostMedia()),
		at("DELETE", "/feedbacks/{id}", people.ErasePeople, a.eraseFeedback, opErase("erase_feedback")),
		at("POST", "/customers/find", people.ReadPeople, a.findCustomer, opFindCustomer()),
		at("GET", "/customers/{id}", people.ReadPeople, a.showCustomer, opCustomer("show_customer")),
		at("DELETE", "/customers/{id}", people.ErasePeople, a.eraseCustomer, opErase("erase_customer")),
		at("POST", "/query", people.ReadFigures, a.query, opQuery()),
		at("GET", "/quarantine", people.EditStructure, a.quarantine, opQuarantine()),
		at("POST", "/aliases", people.EditStructure, a.alias, opAlias()),
	}
	l = append(l, a.journeys().routes(a)...)
	l = append(l, a.metrics().routes(a)...)
	l = append(l, a.indicators().routes(a)...)
	l = append(l, a.units().routes(a)...)
	l = append(l, a.attributes().routes(a)...)
	l = append(l, a.contextEvents().routes(a)...)
	l = append(l, a.surveys().routes(a)...)
	l = append(l, a.invitationRoutes()...)
	l = append(l, a.noteRoutes()...)
	l = append(append(l, a.hooks()...), a.channelHooks()...)
	return append(l,
		at("PUT", "/units", people.EditStructure, a.putUnits, opPutUnits()),
		at("DELETE", "/journeys/{key}", people.EditStructure, a.deleteJourney, opErase("delete_journey")),
		at("DELETE", "/context-events/{key}", people.EditStructure, a.deleteContextEvent, opErase("delete_context_event")),
		at("POST", "/surveys/{key}/publish", people.EditStructure, a.publishSurvey, opPublishSurvey()),
		at("GET", "/surveys/{key}/versions", people.ReadFigures, a.surveyVersions, opSurveyVersions()),
		at("GET", "/surveys/{key}/answering", people.ReadFigures, a.surveyAnswering, opSurveyAnswering()),
		at("POST", "/surveys/{key}/responses", people.WriteFeedback, a.openResponse, opOpenResponse()),
		at("GET", "/me", Everybody, a.me, opMe()),
		route{Route{"GET", "/api/openapi.json", Everybody}, a.openAPI, operation{hidden: true}},
		route{Route{"GET", "/api/docs", Everybody}, a.docs, operation{hidden: true}},
		route{Route{"GET", "/api/docs.css", Everybody}, a.docsStyle, operation{hidden: true}},
	)
}

// unknown answers for paths that are none, and for methods that a path does not have.
func (a *API) unknown(w http.ResponseWriter, r *http.Request) {
	c := &call{Request: r, w: w}
	var allowed []string
	for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
		if _, pattern := a.mux.Handler(&http.Request{Method: method, URL: r.URL, Host: r.Host}); pattern != "/api/" {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) == 0 {
		a.fail(c, notFound())
		return
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	a.fail(c, &refusal{status: http.StatusMethodNotAllowed, err: cx.Fail(cx.Invalid, "", "api.method", "methods", strings.Join(allowed, ", "))})
}
