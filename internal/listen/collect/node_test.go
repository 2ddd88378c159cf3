package collect_test

import (
	"fmt"
	"sync"
	"testing"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

func TestTwoNodesTakeTheSameFeedbackOnce(t *testing.T) {
	url := recordtest.PostgresURL(t)
	var doors []*collect.Door
	var houses []*house
	var node *record.DB
	for range 2 {
		db, err := record.Open(ctx, record.Config{URL: url}, record.Deps{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		d, h := open(t, db)
		doors, houses, node = append(doors, d), append(houses, h), db
	}
	const n = 300
	ids := [2][n]cx.FeedbackID{}
	var all []string
	var wg sync.WaitGroup
	for side, d := range doors {
		for i := range n {
			wg.Go(func() {
				in := feedback(i)
				in.Customer = &collect.Customer{Ref: fmt.Sprint("C", i%40), Email: fmt.Sprintf("c%d@example.org", i%40), Attributes: map[string]any{"n": i % 40}}
				out, err := d.Put(ctx, "", in)
				for cx.KindOf(err) == cx.Unavailable { // a deadlock between nodes is one node's to try again
					out, err = d.Put(ctx, "", in)
				}
				if err != nil || out.Verdict != collect.Accepted && out.Verdict != collect.Duplicate {
					t.Error(out, err)
				}
				ids[side][i] = out.ID
			})
		}
	}
	wg.Wait()
	for i := range n {
		all = append(all, feedback(i).SourceID)
		if ids[0][i] != ids[1][i] || ids[0][i] == 0 {
			t.Errorf("feedback %d is %d on one node, %d on the other", i, ids[0][i], ids[1][i])
		}
	}
	kept(t, node, all)
	got, err := doors[0].Feedbacks(ctx, people.Whole(), ids[0][:])
	if err != nil || len(got) != n {
		t.Fatal(len(got), err)
	}
	identities := make([]cx.IdentityID, n)
	for i, f := range got {
		identities[i] = f.Identity
	}
	persons, err := houses[0].customers.Customers(ctx, people.Whole(), identities)
	if err != nil || len(persons) != 40 {
		t.Errorf("%d identities lead to a person, want 40: %v", len(persons), err)
	}
	var orphans int
	err = node.QueryRow(ctx, `SELECT COUNT(*) FROM person WHERE id NOT IN (SELECT person FROM identity)`).Scan(&orphans)
	if err != nil || orphans != 0 {
		t.Errorf("%d persons whom nothing names: %v", orphans, err)
	}
	for _, p := range persons {
		if len(p.Identities) != 2 {
			t.Errorf("person %+v", p)
		}
	}
}
