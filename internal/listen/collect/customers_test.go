package collect_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/listen/collect"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

func TestCustomersAreFoundInsideThePerimeterAlone(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		ctx := context.Background()
		d, _ := open(t, db)
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
			{"own subtree", people.ScopeOf(people.Grant{Role: people.Manager, Unit: "north"}), "lambert", []string{"Denis Lambert 0", "Denis Lambert 2"}},
			{"own reference", people.ScopeOf(people.Grant{Role: people.Manager, Unit: "north"}), "C0", []string{"Denis Lambert 0"}},
			{"a foreign reference", people.ScopeOf(people.Grant{Role: people.Manager, Unit: "north"}), "C1", nil},
			{"a foreign e-mail", people.ScopeOf(people.Grant{Role: people.Manager, Unit: "north"}), "d1@x.fr", nil},
			{"what waits is nobody's", people.ScopeOf(people.Grant{Role: people.Manager, Unit: "north"}), "C9", nil},
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
			if diff := cmp.Diff(c.want, names); diff != "" || found.More {
				t.Errorf("%s: %s more %t", c.name, diff, found.More)
			}
		}
		some, err := d.SearchCustomers(ctx, people.Whole(), "lambert", 4)
		if err != nil || len(some.Persons) != 4 || !some.More {
			t.Errorf("limited: %+v %v", some, err)
		}
	})
}

func TestASearchPassesByTheStrangersOfOtherPerimeters(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		d, _ := open(t, db)
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
		found, err := d.SearchCustomers(context.Background(), people.ScopeOf(people.Grant{Role: people.Manager, Unit: "north"}), "lambert", 10)
		if err != nil || len(found.Persons) != 2 || found.More {
			t.Errorf("%d found, more %t, %v", len(found.Persons), found.More, err)
		}
	})
}
