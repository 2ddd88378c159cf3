package api

import (
	"bytes"
	"iter"
	"net/http"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/house"
	"vigie/internal/listen/intake"
	"vigie/internal/listen/invite"
	"vigie/internal/listen/survey"
	"vigie/internal/people"
)

// RunOf names a run of a rule triggered by lists: the same name again plans nobody twice. Without If and Customers, all
// customers are looked at.
type RunOf struct {
	Name string `json:"name"`
	// If chooses a segment by the attributes of customers.
	If *survey.Condition `json:"if,omitempty"`
	// Customers are references, e-mails or phone numbers.
	Customers []string `json:"customers,omitempty"`
	// Make makes customers of those who are not known and have an address or a number; the key has to hold the right to import.
	Make bool `json:"make,omitempty"`
	// Try counts what would become of them and plans nobody.
	Try bool `json:"try,omitempty"`
}

// maxList is the most bytes of a list sent as a file.
const maxList = 32 << 20

const xlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

func listTypes() []string {
	return []string{"text/csv", "text/plain", "text/tab-separated-values", "application/octet-stream", "application/vnd.ms-excel", xlsxType}
}

func (a *API) runRule(c *call) error {
	name, p, err := c.population()
	if err != nil {
		return err
	}
	if p.Make && !c.viewer.May(people.ImportFiles) {
		return cx.Fail(cx.Denied, "make", "rule.run.make.denied")
	}
	key := c.PathValue("key")
	run, err := a.Invites.RunOn(c.Context(), key, name, p)
	if err != nil {
		return err
	}
	if !p.Try {
		if err := a.audit(c, "invitation_rule.run", run.Says()); err != nil {
			return err
		}
	}
	return c.either(http.StatusOK, run)
}

// population reads whom a run is for: an object, or a file of customers with the name in the address.
func (c *call) population() (string, invite.Population, error) {
	kind := c.mediaType()
	for _, t := range listTypes() {
		if t == kind {
			return c.listed()
		}
	}
	var r RunOf
	if err := c.structured(&r); err != nil {
		return "", invite.Population{}, err
	}
	p := invite.Population{If: r.If, Make: r.Make, Try: r.Try}
	if r.Customers != nil {
		p.List = named(r.Customers)
	}
	return r.Name, p, nil
}

func (c *call) listed() (string, invite.Population, error) {
	b, err := c.body(maxList)
	if err != nil {
		return "", invite.Population{}, err
	}
	q := c.URL.Query()
	f, err := intake.OpenReader("list", bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return "", invite.Population{}, err
	}
	p := invite.Population{Make: q.Get("make") == "true", Try: q.Get("try") == "true"}
	p.List, err = house.Listed(f, q.Get("column"))
	return q.Get("name"), p, err
}

func named(customers []string) iter.Seq2[invite.Listed, error] {
	return func(yield func(invite.Listed, error) bool) {
		for i, one := range customers {
			if !yield(invite.Listed{Line: i + 1, Any: strings.TrimSpace(one)}, nil) {
				return
			}
		}
	}
}

// listRuns gives the last runs of a rule.
func (a *API) listRuns(c *call) error {
	k, err := a.Invites.Rule(c.Context(), c.PathValue("key"))
	if err != nil {
		return err
	}
	l, err := a.Invites.Runs(c.Context(), c.viewer.Scope, k.Key)
	if err != nil {
		return err
	}
	return c.either(http.StatusOK, map[string][]invite.Run{"runs": l})
}

// refusals tells who was not asked, and why: in the last 30 days of the organisation's zone unless other days are said.
func (a *API) refusals(c *call) error {
	settings, err := a.People.Settings(c.Context())
	if err != nil {
		return err
	}
	q := c.URL.Query()
	to := a.Now().In(settings.Location()).AddDate(0, 0, 1)
	from := to.AddDate(0, 0, -30)
	for name, into := range map[string]*time.Time{"from": &from, "to": &to} {
		if v := q.Get(name); v != "" {
			day, err := time.Parse(time.DateOnly, v)
			if err != nil {
				return malformed(name, "api.not_a_time", "value", v)
			}
			*into = day
		}
	}
	r, err := a.Invites.Report(c.Context(), c.viewer.Scope, q.Get("rule"), from, to)
	if err != nil {
		return err
	}
	return c.either(http.StatusOK, r)
}
