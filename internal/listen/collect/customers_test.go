package collect_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

// tree gives the record the units that the door's stand-in knows.
func tree(t *testing.T, db *record.DB) {
	t.Helper()
	name := cx.Text{"fr": "Entité"}
	units := []people.Unit{{Key: "top", Name: name}, {Key: "north", Parent: "top", Name: name}, {Key: "south", Parent: "top", Name: name}}
	if err := people.New(db).PutUnits(context.Background(), units); err != nil {
		t.Fatal(err)
	}
}

func manager(unit cx.UnitID) people.Scope {
	return people.ScopeOf(people.Grant{Role: people.Manager, Unit: unit})
}

func TestCustomersAreFoundInsideThePerimeterAlone(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		ctx := context.Background()
		d, _ := open(t, db)
		tree(t, db)
		for i, unit := range []string{"north", "south", "north", "", "south"} {
			in := feedback(i)
			in.Unit, in.Agent = unit, "agent-"+unit
			in.Customer = &collect.Customer{Ref: fmt.Sprint("C", i), Name: fmt.Sprint("Denis Lambert ", i), Email: fmt.Sprint("d", i, "@x.fr")}
			put(t, d, in)
		}
		waiting := feedback(9)
		waiting.Unit, waiting.Customer = "nord", &collect.Customer{Ref: "C9", Name: "Denis Lambert 9"}
		put(t, d, waiting)
		for _, c := range []struct {
			name  string
			scope people.Scope
			typed string
			want  []string
		}{
			{"all people", people.Whole(), "lambert", []string{"Denis Lambert 0", "Denis Lambert 1", "Denis Lambert 2", "Denis Lambert 3", "Denis Lambert 4", "Denis Lambert 9"}},
			{"own subtree", manager("north"), "lambert", []string{"Denis Lambert 0", "Denis Lambert 2"}},
			{"everything under a unit", manager("top"), "lambert", []string{"Denis Lambert 0", "Denis Lambert 1", "Denis Lambert 2", "Denis Lambert 4"}},
			{"a unit that is none", manager("nowhere"), "lambert", nil},
			{"own reference", manager("north"), "C0", []string{"Denis Lambert 0"}},
			{"a foreign reference", manager("north"), "C1", nil},
			{"a foreign e-mail", manager("north"), "d1@x.fr", nil},
			{"what waits is nobody's", manager("north"), "C9", nil},
			{"an adviser's own", people.ScopeOf(people.Grant{Role: people.Adviser, Unit: "south", Agent: "agent-south"}), "denis", []string{"Denis Lambert 1", "Denis Lambert 4"}},
			{"figures alone", people.ScopeOf(people.Grant{Role: people.Committee}), "lambert", nil},
			{"nobody", people.Scope{}, "lambert", nil},
		} {
			found, err := d.SearchCustomers(ctx, c.scope, c.typed, 10)
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, p := range found.Persons {
				names = append(names, p.Name)
			}
			if diff := cmp.Diff(c.want, names); diff != "" || found.More || found.Count != len(c.want) {
				t.Errorf("%s: %s more %t count %d", c.name, diff, found.More, found.Count)
			}
		}
		some, err := d.SearchCustomers(ctx, people.Whole(), "lambert", 4)
		if err != nil || len(some.Persons) != 4 || !some.More || some.Count != 6 {
			t.Errorf("limited: %+v %v", some, err)
		}
	})
}

func TestASearchPassesByTheStrangersOfOtherPerimeters(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		d, _ := open(t, db)
		tree(t, db)
		var lines []collect.Line
		for i := range 450 {
			in := feedback(i)
			in.Unit = "south"
			if i%200 == 199 {
				in.Unit = "north"
			}
			in.Customer = &collect.Customer{Ref: fmt.Sprint("C", i), Name: "Denis Lambert"}
			lines = append(lines, collect.Line{Number: i + 1, Incoming: in})
		}
		if _, err := d.Batch(context.Background(), lines); err != nil {
			t.Fatal(err)
		}
		found, err := d.SearchCustomers(context.Background(), manager("north"), "lambert", 10)
		if err != nil || len(found.Persons) != 2 || found.More || found.Count != 2 {
			t.Errorf("%d found, more %t, counted %d, %v", len(found.Persons), found.More, found.Count, err)
		}
		if found, err = d.SearchCustomers(context.Background(), manager("south"), "lambert", 10); err != nil || len(found.Persons) != 10 || found.Count != 448 {
			t.Errorf("%d found, counted %d, %v", len(found.Persons), found.Count, err)
		}
	})
}

// The perimeter is written twice: over rows read (Feedbacks), and inside the questions to the record.
func TestAReachedCustomerIsOneWithAFeedbackToSee(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		ctx := context.Background()
		d, h := open(t, db)
		tree(t, db)
		persons, ids := make([]cx.PersonID, 6), make([]cx.FeedbackID, 6)
		for i, unit := range []string{"north", "south", "", "elsewhere", "north", "north"} {
			in := feedback(i)
			in.Unit, in.Agent, in.Verbatim = unit, fmt.Sprint("agent-", i%2), "Il dit \"non\" : \\ \u0001 {\"unit\":\"north\"}"
			in.Customer = &collect.Customer{Ref: fmt.Sprint("C", i), Name: "Denis Lambert"}
			if i == 4 {
				in.Audience, in.Agent = string(cx.Employees), ""
			}
			ids[i] = put(t, d, in).ID
			p, err := h.customers.Find(ctx, people.Whole(), in.Customer.Ref)
			if err != nil && i != 4 {
				t.Fatal(err)
			}
			persons[i] = p.ID
		}
		if err := d.Erase(ctx, ids[5]); err != nil {
			t.Fatal(err)
		}
		for name, s := range map[string]people.Scope{"north": manager("north"), "south": manager("south"), "whole": people.Whole(), "nobody": {},
			"adviser": people.ScopeOf(people.Grant{Role: people.Adviser, Unit: "north", Agent: "agent-1"})} {
			found, err := d.SearchCustomers(ctx, s, "lambert", 10)
			if err != nil {
				t.Fatal(err)
			}
			reached := map[cx.PersonID]bool{}
			for _, p := range found.Persons {
				reached[p.ID] = true
			}
			for i, id := range ids {
				seen, err := d.Feedbacks(ctx, s, []cx.FeedbackID{id})
				if err != nil {
					t.Fatal(err)
				}
				_, own, err := d.Customer(ctx, s, persons[i])
				if (err == nil) != reached[persons[i]] || len(own) != len(seen) || !s.People().All && reached[persons[i]] != (len(seen) == 1) {
					t.Errorf("%s: customer %d reached %t, %d feedbacks seen, %d of the customer, %v", name, i, reached[persons[i]], len(seen), len(own), err)
				}
			}
		}
	})
}
