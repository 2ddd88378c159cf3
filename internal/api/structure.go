package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/catalogue"
	"vigie/internal/listen/circumstance"
	"vigie/internal/listen/journey"
	"vigie/internal/people"
)

// resource is one kind of thing with a key that programs list, read and put, as JSON or YAML.
type resource[T any] struct {
	one, many string // "journey", "journeys"
	key       func(*T) *string
	list      func(*call) ([]T, error)
	// put gives back the status of a refusal through its error; by is the actor.
	put func(ctx context.Context, by string, v T) error
}

// routes of a resource: list, one, put.
func (r resource[T]) routes(a *API) []route {
	base := "/" + strings.ReplaceAll(r.many, "_", "-")
	return []route{
		at("GET", base, people.ReadFigures, r.all, opList[T](r.many)),
		at("GET", base+"/{key}", people.ReadFigures, r.show, opOne[T](r.one)),
		at("PUT", base+"/{key}", people.EditStructure, func(c *call) error { return r.store(a, c) }, opPut[T](r.one)),
	}
}

func (r resource[T]) all(c *call) error {
	l, err := r.list(c)
	if err != nil {
		return err
	}
	if l == nil {
		l = []T{}
	}
	return c.either(http.StatusOK, map[string][]T{r.many: l})
}

func (r resource[T]) find(c *call, key string) (T, error) {
	var none T
	l, err := r.list(c)
	if err != nil {
		return none, err
	}
	for n := range l {
		if *r.key(&l[n]) == key {
			return l[n], nil
		}
	}
	return none, notFound()
}

func (r resource[T]) show(c *call) error {
	v, err := r.find(c, c.PathValue("key"))
	if err != nil {
		return err
	}
	return c.either(http.StatusOK, v)
}

// store puts what the body says under the key of the address; a key in the body must be the same.
func (r resource[T]) store(a *API, c *call) error {
	var v T
	if err := c.structured(&v); err != nil {
		return err
	}
	key := c.PathValue("key")
	switch own := r.key(&v); *own {
	case "", key:
		*own = key
	default:
		return cx.Fail(cx.Invalid, "key", "api.other_key", "key", *own, "address", key)
	}
	_, err := r.find(c, key)
	status := http.StatusOK
	if cx.KindOf(err) == cx.NotFound {
		status = http.StatusCreated
	} else if err != nil {
		return err
	}
	if err := r.put(c.Context(), c.viewer.Actor(), v); err != nil {
		return err
	}
	if err := a.audit(c, r.one+".put", key); err != nil {
		return err
	}
	a.follow(c.Context())
	if v, err = r.find(c, key); err != nil {
		return err
	}
	return c.either(status, v)
}

// followed is how long a writer waits for the figures to know what was written; then the answer comes all the same.
const followed = 2 * time.Second

// follow waits until the figures have come to what was just written.
func (a *API) follow(ctx context.Context) {
	if a.Follow == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, followed)
	defer cancel()
	head, err := a.DB.Head(ctx)
	if err == nil {
		err = a.Follow(ctx, head)
	}
	if err != nil {
		a.Log.Warn("figures late after a change of structure", "err", err)
	}
}

func (a *API) journeys() resource[journey.Journey] {
	return resource[journey.Journey]{
		one: "journey", many: "journeys",
		key: func(j *journey.Journey) *string { return (*string)(&j.Key) },
		list: func(c *call) ([]journey.Journey, error) {
			j, err := a.Journeys.Present(c.Context())
			if err != nil {
				return nil, err
			}
			return j.List, nil
		},
		put: a.Journeys.Put,
	}
}

func (a *API) deleteJourney(c *call) error {
	key := c.PathValue("key")
	if err := a.Journeys.Delete(c.Context(), c.viewer.Actor(), cx.JourneyID(key)); err != nil {
		return err
	}
	if err := a.audit(c, "journey.delete", key); err != nil {
		return err
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

func (a *API) metrics() resource[cx.Metric] {
	return resource[cx.Metric]{
		one: "metric", many: "metrics",
		key: func(m *cx.Metric) *string { return (*string)(&m.Key) },
		list: func(c *call) ([]cx.Metric, error) {
			cat, err := a.Catalogue.Present(c.Context())
			if err != nil {
				return nil, err
			}
			return cat.MetricList, nil
		},
		put: a.Catalogue.PutMetric,
	}
}

// indicators lists those that the viewer's role may see.
func (a *API) indicators() resource[cx.Indicator] {
	return resource[cx.Indicator]{
		one: "indicator", many: "indicators",
		key: func(i *cx.Indicator) *string { return (*string)(&i.Key) },
		list: func(c *call) ([]cx.Indicator, error) {
			cat, err := a.Catalogue.Present(c.Context())
			if err != nil {
				return nil, err
			}
			var l []cx.Indicator
			for _, i := range cat.IndicatorList {
				if forRole(i, c.viewer.Role) || c.viewer.May(people.EditStructure) {
					l = append(l, i)
				}
			}
			return l, nil
		},
		put: a.Catalogue.PutIndicator,
	}
}

func (a *API) units() resource[people.Unit] {
	return resource[people.Unit]{
		one: "unit", many: "units",
		key: func(u *people.Unit) *string { return (*string)(&u.Key) },
		list: func(c *call) ([]people.Unit, error) {
			o, err := a.People.Present(c.Context())
			if err != nil {
				return nil, err
			}
			return o.Units(), nil
		},
		put: func(ctx context.Context, by string, u people.Unit) error {
			_, err := a.People.ChangeUnits(ctx, people.UnitChanges{Actor: by, Units: []people.Unit{u}})
			return oneUnit(err)
		},
	}
}

// Units are many at once: parents may come in any order, all are put or none.
type Units struct {
	Units []people.Unit `json:"units" yaml:"units"`
}

func (a *API) putUnits(c *call) error {
	var in Units
	if err := c.structured(&in); err != nil {
		return err
	}
	if _, err := a.People.ChangeUnits(c.Context(), people.UnitChanges{Actor: c.viewer.Actor(), Units: in.Units}); err != nil {
		return err
	}
	a.follow(c.Context())
	o, err := a.People.Present(c.Context())
	if err != nil {
		return err
	}
	return c.either(http.StatusOK, Units{o.Units()})
}

// oneUnit names the field of a unit put alone: "parent", not "units[0].parent".
func oneUnit(err error) error {
	e, ok := err.(*cx.Error)
	if !ok {
		return err
	}
	own := *e
	own.Field = strings.TrimPrefix(e.Field, "units[0].")
	return &own
}

func (a *API) attributes() resource[catalogue.Attribute] {
	return resource[catalogue.Attribute]{
		one: "attribute", many: "attributes",
		key: func(x *catalogue.Attribute) *string { return (*string)(&x.Key) },
		list: func(c *call) ([]catalogue.Attribute, error) {
			cat, err := a.Catalogue.Present(c.Context())
			if err != nil {
				return nil, err
			}
			return cat.AttributeList, nil
		},
		put: a.Catalogue.PutAttribute,
	}
}

func (a *API) contextEvents() resource[circumstance.Event] {
	return resource[circumstance.Event]{
		one: "context_event", many: "context_events",
		key:  func(e *circumstance.Event) *string { return &e.Key },
		list: func(c *call) ([]circumstance.Event, error) { return a.Circumstances.Events(c.Context()) },
		put:  a.Circumstances.Put,
	}
}

func (a *API) deleteContextEvent(c *call) error {
	key := c.PathValue("key")
	if err := a.Circumstances.Delete(c.Context(), key); err != nil {
		return err
	}
	if err := a.audit(c, "context_event.delete", key); err != nil {
		return err
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

// Me says who a key is: to be tried first.
type Me struct {
	Name   string      `json:"name"`
	Role   people.Role `json:"role"`
	Unit   cx.UnitID   `json:"unit,omitempty"`
	Rights []string    `json:"rights"`
}

func (a *API) me(c *call) error {
	if c.viewer.Role == "" {
		return &refusal{status: http.StatusUnauthorized, err: cx.Fail(cx.Denied, "", "api.no_key")}
	}
	me := Me{Name: c.viewer.Name, Role: c.viewer.Held(), Unit: c.viewer.Unit, Rights: []string{}}
	for _, r := range []people.Right{people.ReadFigures, people.ReadPeople, people.WriteFeedback, people.EditStructure, people.Administer, people.ErasePeople, people.ReadAudit} {
		if c.viewer.May(r) {
			me.Rights = append(me.Rights, rightName(r))
		}
	}
	return c.json(http.StatusOK, me)
}

func rightName(r people.Right) string {
	switch r {
	case people.ReadFigures:
		return "read_figures"
	case people.ReadPeople:
		return "read_people"
	case people.WriteFeedback:
		return "write_feedback"
	case people.EditStructure:
		return "edit_structure"
	case people.Administer:
		return "administer"
	case people.ErasePeople:
		return "erase_people"
	case people.ReadAudit:
		return "read_audit"
	}
	return ""
}
