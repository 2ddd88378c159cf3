package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/catalogue"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/customer"
	"vigie/internal/people"
	"vigie/internal/record"
)

// Feedback is one feedback as programs read it: the words of POST /feedbacks, with scores in the values of their scales.
type Feedback struct {
	ID          cx.FeedbackID           `json:"id"`
	State       string                  `json:"state"` // live or quarantined
	Source      string                  `json:"source"`
	SourceID    string                  `json:"source_id,omitempty"`
	At          time.Time               `json:"at"`
	Received    time.Time               `json:"received"`
	Amended     time.Time               `json:"amended,omitzero"` // last changed after it came
	Touchpoint  cx.TouchpointID         `json:"touchpoint,omitempty"`
	Channel     string                  `json:"channel,omitempty"`
	CollectedBy string                  `json:"collected_by,omitempty"`
	Program     cx.Program              `json:"program"`
	Audience    cx.Audience             `json:"audience"`
	Contact     string                  `json:"contact,omitempty"`
	Customer    *CustomerRef            `json:"customer,omitempty"`
	Unit        cx.UnitID               `json:"unit,omitempty"`
	Agent       string                  `json:"agent,omitempty"`
	Lang        string                  `json:"lang,omitempty"`
	Survey      string                  `json:"survey,omitempty"`
	Scores      map[cx.MetricID]float64 `json:"scores,omitempty"`
	Verbatims   []cx.Verbatim           `json:"verbatims,omitempty"`
	Attributes  map[cx.AttributeID]any  `json:"attributes,omitempty"`
	Media       []MediaItem             `json:"media,omitempty"`
}

// CustomerRef names the customer behind a feedback.
type CustomerRef struct {
	ID   cx.PersonID `json:"id"`
	Ref  string      `json:"ref,omitempty"`
	Name string      `json:"name,omitempty"`
}

// FeedbackPage is one page of feedback, newest first.
type FeedbackPage struct {
	Position  record.Position `json:"position"`
	Total     int             `json:"total"` // exact to 10,000
	Feedbacks []Feedback      `json:"feedbacks"`
	Next      string          `json:"next,omitempty"` // cursor of the next page
}

// masked stands for a personal attribute in lists.
const masked = "•••"

func (a *API) listFeedbacks(c *call) error {
	q, err := a.listQuery(c.Context(), c.URL.Query())
	if err != nil {
		return err
	}
	list, err := a.List(c.Context(), c.viewer.Scope, q)
	if err != nil {
		return asBadRequest(err)
	}
	ids := make([]cx.FeedbackID, len(list.IDs))
	for n, m := range list.IDs {
		ids[n] = m.ID
	}
	page := FeedbackPage{Position: list.Position, Total: list.Total}
	if page.Feedbacks, err = a.feedbacks(c.Context(), c.viewer.Scope, ids); err != nil {
		return err
	}
	cat, err := a.Catalogue.Present(c.Context())
	if err != nil {
		return err
	}
	for _, f := range page.Feedbacks {
		for key := range f.Attributes {
			if cat.Attributes[key].Personal {
				f.Attributes[key] = masked
			}
		}
	}
	if list.More && len(list.IDs) > 0 {
		page.Next = cursorOf(list.IDs[len(list.IDs)-1])
	}
	if err := a.audit(c, "feedback.list", ""); err != nil {
		return err
	}
	return c.json(http.StatusOK, page)
}

// feedbacks reads those of ids that the scope may see, with their customers.
func (a *API) feedbacks(ctx context.Context, s people.Scope, ids []cx.FeedbackID) ([]Feedback, error) {
	l, err := a.Door.Feedbacks(ctx, s, ids)
	if err != nil {
		return nil, err
	}
	cat, err := a.Catalogue.Present(ctx)
	if err != nil {
		return nil, err
	}
	var identities []cx.IdentityID
	for _, f := range l {
		if f.Identity != 0 {
			identities = append(identities, f.Identity)
		}
	}
	persons, err := a.Customers.Customers(ctx, s, identities)
	if err != nil {
		return nil, err
	}
	out := make([]Feedback, len(l))
	for n, f := range l {
		out[n] = shown(f, cat)
		if p, ok := persons[f.Identity]; ok && f.Identity != 0 {
			out[n].Customer = &CustomerRef{ID: p.ID, Ref: refOf(p), Name: p.Name}
		}
	}
	return out, a.withMedia(ctx, l, out)
}

func refOf(p customer.Person) string {
	for _, i := range p.Identities {
		if i.Kind == customer.Ref {
			return i.Value
		}
	}
	return ""
}

func shown(f cx.Feedback, cat *catalogue.Catalogue) Feedback {
	out := Feedback{ID: f.ID, State: "live", Source: f.Source, SourceID: f.SourceID, At: f.At, Received: f.Received, Amended: f.Amended, Touchpoint: f.Touchpoint,
		Channel: f.Channel, CollectedBy: f.CollectedBy, Program: f.Program, Audience: f.Audience, Contact: f.Contact, Unit: f.Unit,
		Agent: f.Agent, Lang: f.Lang, Survey: f.Survey, Verbatims: f.Verbatims, Attributes: f.Attributes}
	for _, id := range f.Media {
		out.Media = append(out.Media, MediaItem{ID: id})
	}
	if f.State == cx.Quarantined {
		out.State = "quarantined"
	}
	if len(f.Scores) > 0 {
		out.Scores = make(map[cx.MetricID]float64, len(f.Scores))
	}
	for key, point := range f.Scores {
		out.Scores[key] = cat.Metrics[key].Raw(point)
	}
	return out
}

func (a *API) showFeedback(c *call) error {
	id, err := c.id()
	if err != nil {
		return err
	}
	l, err := a.feedbacks(c.Context(), c.viewer.Scope, []cx.FeedbackID{cx.FeedbackID(id)})
	if err != nil {
		return err
	}
	if len(l) == 0 {
		return notFound()
	}
	if err := a.audit(c, "feedback.read", strconv.FormatInt(id, 10)); err != nil {
		return err
	}
	return c.json(http.StatusOK, l[0])
}

func (a *API) amendFeedback(c *call) error {
	id, err := c.id()
	if err != nil {
		return err
	}
	b, err := c.body(maxFeedback)
	if err != nil {
		return err
	}
	var change collect.Amendment
	if err := decode(b, &change); err != nil {
		return err
	}
	if err := a.sees(c, id); err != nil {
		return err
	}
	if _, err := a.Door.Amend(c.Context(), cx.FeedbackID(id), change); err != nil {
		return err
	}
	if err := a.audit(c, "feedback.amend", strconv.FormatInt(id, 10)); err != nil {
		return err
	}
	l, err := a.feedbacks(c.Context(), c.viewer.Scope, []cx.FeedbackID{cx.FeedbackID(id)})
	if err != nil {
		return err
	}
	if len(l) == 0 { // amended out of sight
		return c.json(http.StatusOK, Receipt{ID: cx.FeedbackID(id), Status: "amended"})
	}
	return c.json(http.StatusOK, l[0])
}

// sees tells whether the viewer may read a feedback. What nobody reads nobody changes: an employee's answer, by who would
// move the others away from it, could be told apart.
func (a *API) sees(c *call, id int64) error {
	l, err := a.Door.Feedbacks(c.Context(), c.viewer.Scope, []cx.FeedbackID{cx.FeedbackID(id)})
	if err != nil {
		return err
	}
	if len(l) == 0 {
		return notFound()
	}
	return nil
}

// reach tells whether the viewer may erase a feedback: any of them with the whole company's people, else those that the
// viewer may see.
func (a *API) reach(c *call, id int64) error {
	if c.viewer.Scope.People().All {
		return nil
	}
	return a.sees(c, id)
}

func (a *API) eraseFeedback(c *call) error {
	id, err := c.id()
	if err != nil {
		return err
	}
	if err := a.reach(c, id); err != nil {
		return err
	}
	if err := a.Door.Erase(c.Context(), cx.FeedbackID(id)); err != nil {
		return err
	}
	if err := a.audit(c, "feedback.erase", strconv.FormatInt(id, 10)); err != nil {
		return err
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

// audit notes who read or changed what; the subject is an id or a key.
func (a *API) audit(c *call, what, subject string) error {
	return a.People.Audit(c.Context(), people.Entry{Actor: c.viewer.Actor(), What: what, Subject: subject})
}
