package api

import (
	"fmt"
	"net/http"
	"strconv"

	"vigie/internal/cx"
	"vigie/internal/listen/catalogue"
	"vigie/internal/listen/customer"
)

// Customer is one customer with the timeline of the feedback that the viewer may see, newest first.
type Customer struct {
	ID         cx.PersonID                 `json:"id"`
	Name       string                      `json:"name,omitempty"`
	Status     string                      `json:"status,omitempty"` // prospect, customer, former
	Identities []CustomerIdentity          `json:"identities"`
	Attributes map[cx.AttributeID]any      `json:"attributes,omitempty"`
	Consent    map[string]customer.Consent `json:"consent,omitempty"`
	Feedbacks  []Feedback                  `json:"feedbacks"`
}

// CustomerIdentity is one way a customer is named.
type CustomerIdentity struct {
	Kind  string `json:"kind"` // ref, email, phone
	Value string `json:"value"`
}

// Identity is what a customer is searched by: in the body, since addresses end up in logs.
type Identity struct {
	Identity string `json:"identity"`
}

func (a *API) showCustomer(c *call) error {
	id, err := c.id()
	if err != nil {
		return err
	}
	err = a.customer(c, cx.PersonID(id))
	if cx.KindOf(err) != cx.NotFound {
		return err
	}
	kept, e := a.Door.CustomerKept(c.Context(), c.viewer.Scope, cx.PersonID(id))
	if e != nil {
		return err
	}
	http.Redirect(c.w, c.Request, fmt.Sprint("/api/v1/customers/", kept), http.StatusTemporaryRedirect)
	return nil
}

func (a *API) findCustomer(c *call) error {
	b, err := c.body(maxBody)
	if err != nil {
		return err
	}
	var in Identity
	if err := decode(b, &in); err != nil {
		return err
	}
	if in.Identity == "" {
		return cx.Fail(cx.Invalid, "identity", "api.identity")
	}
	p, err := a.Customers.Find(c.Context(), c.viewer.Scope, in.Identity)
	if err != nil {
		return err
	}
	return a.customer(c, p.ID)
}

func (a *API) customer(c *call, id cx.PersonID) error {
	p, feedbacks, err := a.Door.Customer(c.Context(), c.viewer.Scope, id)
	if err != nil {
		return err
	}
	cat, err := a.Catalogue.Present(c.Context())
	if err != nil {
		return err
	}
	if err := a.audit(c, "customer.read", strconv.FormatInt(int64(p.ID), 10)); err != nil {
		return err
	}
	out := CustomerOf(p, feedbacks, cat)
	if err := a.withMedia(c.Context(), feedbacks, out.Feedbacks); err != nil {
		return err
	}
	return c.json(http.StatusOK, out)
}

// CustomerOf writes a customer and what they said as answers of this API do.
func CustomerOf(p customer.Person, feedbacks []cx.Feedback, cat *catalogue.Catalogue) Customer {
	out := Customer{ID: p.ID, Name: p.Name, Status: p.Status, Identities: []CustomerIdentity{}, Attributes: p.Attributes,
		Consent: p.Consent, Feedbacks: []Feedback{}}
	for _, i := range p.Identities {
		out.Identities = append(out.Identities, CustomerIdentity{i.Kind.String(), i.Value})
	}
	for _, f := range feedbacks {
		out.Feedbacks = append(out.Feedbacks, shown(f, cat))
	}
	return out
}

func (a *API) eraseCustomer(c *call) error {
	id, err := c.id()
	if err != nil {
		return err
	}
	if !c.viewer.Scope.People().All {
		if _, _, err := a.Door.Customer(c.Context(), c.viewer.Scope, cx.PersonID(id)); err != nil {
			return err
		}
	}
	if err := a.Door.ErasePerson(c.Context(), cx.PersonID(id)); err != nil {
		return err
	}
	if err := a.audit(c, "customer.erase", strconv.FormatInt(id, 10)); err != nil {
		return err
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}
