package search

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
	"vigie/internal/understand/insight"
)

// shelf stands for the record's present rows and, in list, for the projection: it shows the ids it was told to.
type shelf struct {
	mu     sync.Mutex
	docs   map[int64]Doc
	hidden map[cx.FeedbackID]bool
	late   map[cx.FeedbackID]int64 // seconds by which a feedback was given after its id says
}

func cmpOrder(a, b time.Time, otherwise int) int {
	if c := a.Compare(b); c != 0 {
		return c
	}
	return otherwise
}

func (s *shelf) read(_ context.Context, ids []int64) ([]Doc, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Doc
	for _, id := range ids {
		if d, ok := s.docs[id]; ok {
			out = append(out, d)
		}
	}
	return out, nil
}

func (s *shelf) list(_ context.Context, _ people.Scope, q insight.ListQuery) (insight.List, error) {
	var l insight.List
	at := func(id cx.FeedbackID) time.Time { return time.Unix(int64(id)+s.late[id], 0) }
	for _, id := range q.Among {
		if s.hidden[id] {
			continue
		}
		l.Total = min(l.Total+1, 10_001)
		if q.Before == nil || newer(*q.Before, insight.Mark{At: at(id), ID: id}) {
			l.IDs = append(l.IDs, insight.Mark{At: at(id), ID: id})
		}
	}
	slices.SortFunc(l.IDs, func(a, b insight.Mark) int { return cmpOrder(b.At, a.At, int(b.ID-a.ID)) })
	if q.Limit > 0 && len(l.IDs) > q.Limit {
		l.IDs, l.More = l.IDs[:q.Limit], true
	}
	return l, nil
}

func (s *shelf) put(t *testing.T, db *record.DB, k record.Kind, d Doc) {
	t.Helper()
	s.mu.Lock()
	s.docs[int64(d.ID)] = d
	s.mu.Unlock()
	err := db.Write(context.Background(), func(tx *record.Tx) error {
		tx.Publish(record.Event{Subject: record.Feedback, ID: int64(d.ID), Kind: k})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func start(t *testing.T) (*Index, *shelf, *record.DB) {
	t.Helper()
	db := recordtest.SQLite(t)
	s := &shelf{docs: map[int64]Doc{}, hidden: map[cx.FeedbackID]bool{}}
	x := New(t.TempDir(), Deps{DB: db, Read: s.read, List: s.list})
	if err := x.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(x.Stop)
	return x, s, db
}

func caughtUp(t *testing.T, x *Index, db *record.DB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	head, err := db.Head(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := x.Follower().WaitFor(ctx, head); err != nil {
		t.Fatal(err)
	}
}

func found(t *testing.T, x *Index, typed string) []cx.FeedbackID {
	t.Helper()
	l, err := x.Search(context.Background(), people.Whole(), typed, insight.ListQuery{})
	if err != nil {
		t.Fatalf("%q: %v", typed, err)
	}
	var ids []cx.FeedbackID
	for _, m := range l.IDs {
		ids = append(ids, m.ID)
	}
	return ids
}

func TestSearchFindsWordsAsPeopleTypeThem(t *testing.T) {
	x, s, db := start(t)
	for i, d := range []Doc{
		{Lang: "fr", Texts: []string{"Le technicien n’est pas venu au rendez-vous, j’ai attendu toute la journée"}},
		{Lang: "fr", Texts: []string{"Techniciens très aimables", "Cœur de métier maîtrisé 👍"}},
		{Lang: "en", Texts: []string{"The engineer was waiting outside; great appointments"}},
		{Lang: "zh", Texts: []string{"客户服务很好"}},
		{Lang: "", Texts: []string{`DROP TABLE "words"; NEAR(a b) AND OR NOT * ^ :`}},
	} {
		d.ID, d.Live = cx.FeedbackID(i+1), true
		s.put(t, db, record.Created, d)
	}
	caughtUp(t, x, db)
	for typed, want := range map[string][]cx.FeedbackID{
		"technicien":          {2, 1},
		"TECHNICIENS":         {2, 1},
		"attendu techniciens": {1},
		"rendez-vous":         {1},
		`"pas venu"`:          {1},
		`« venu pas »`:        nil,
		"techn*":              {2, 1},
		"technicien -aimable": {1},
		"coeur maitrise":      {2},
		"wait appointment":    {3},
		"服务":                  {4},
		"👍":                   {2},
		`drop "words"`:        {5},
		`near(a b) and or`:    {5},
		`"`:                   nil,
		`*:^()`:               nil,
		"-technicien":         nil,
		"' OR 1=1 --":         nil,
	} {
		if diff := cmp.Diff(want, found(t, x, typed)); diff != "" {
			t.Errorf("%q: %s", typed, diff)
		}
	}
}

func TestSearchShowsOnlyWhatTheListAllows(t *testing.T) {
	x, s, db := start(t)
	for i := 1; i <= 40; i++ {
		s.hidden[cx.FeedbackID(i)] = i%2 == 0
		s.put(t, db, record.Created, Doc{ID: cx.FeedbackID(i), Live: true, Lang: "fr", Texts: []string{"facture"}})
	}
	caughtUp(t, x, db)
	ids := found(t, x, "factures")
	if len(ids) != 20 || ids[0] != 39 {
		t.Errorf("found %v", ids)
	}
}

func TestPagesFollowEachOtherToTheLastOfManyMatches(t *testing.T) {
	x, s, db := start(t)
	const n = firstStep + nextStep/10 + 7
	s.late = map[cx.FeedbackID]int64{}
	var events []record.Event
	want := make([]insight.Mark, 0, n)
	for i := int64(1); i <= n; i++ {
		id := cx.FeedbackID(i)
		s.docs[i] = Doc{ID: id, Live: true, Lang: "fr", Texts: []string{"facture"}}
		s.late[id] = n - 2*i // what came first was given last
		events = append(events, record.Event{Subject: record.Feedback, ID: i, Kind: record.Created})
		want = append(want, insight.Mark{At: time.Unix(n-i, 0), ID: id})
	}
	if err := db.Write(t.Context(), func(tx *record.Tx) error { tx.Publish(events...); return nil }); err != nil {
		t.Fatal(err)
	}
	caughtUp(t, x, db)
	var got []insight.Mark
	q := insight.ListQuery{Limit: 1000}
	for more := true; more; {
		l, err := x.Search(t.Context(), people.Whole(), "factures", q)
		if err != nil || len(l.IDs) == 0 || l.Total != maxTotal+1 {
			t.Fatalf("%d ids of %d after %d: %v", len(l.IDs), l.Total, len(got), err)
		}
		got, more = append(got, l.IDs...), l.More
		q.Before = &l.IDs[len(l.IDs)-1]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAmendedErasedAndRestartedWordsAreFoundAsTheyAre(t *testing.T) {
	x, s, db := start(t)
	s.put(t, db, record.Created, Doc{ID: 1, Live: true, Lang: "fr", Texts: []string{"facture"}})
	s.put(t, db, record.Created, Doc{ID: 2, Live: true, Lang: "fr", Texts: []string{"facture zyzomys"}})
	s.put(t, db, record.Amended, Doc{ID: 1, Live: true, Lang: "fr", Texts: []string{"panne"}})
	s.put(t, db, record.Erased, Doc{ID: 2})
	caughtUp(t, x, db)
	if got := found(t, x, "facture"); got != nil {
		t.Errorf("old words still found: %v", got)
	}
	if got := found(t, x, "panne"); len(got) != 1 {
		t.Errorf("amended words not found: %v", got)
	}
	if err := x.Compact(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"", "-wal"} {
		b, err := os.ReadFile(x.path + suffix)
		if err == nil && bytes.Contains(b, []byte("zyzomys")) {
			t.Errorf("%s still holds an erased word", filepath.Base(x.path)+suffix)
		}
	}
	if _, err := db.NewEra(context.Background()); err != nil {
		t.Fatal(err)
	}
	s.put(t, db, record.Created, Doc{ID: 3, Live: true, Lang: "fr", Texts: []string{"colis"}})
	caughtUp(t, x, db)
	if got := fmt.Sprint(found(t, x, "panne"), found(t, x, "colis")); got != "[1] [3]" {
		t.Errorf("after another era: %s", got)
	}
}

func TestAFileThatCannotBeReadIsBuiltAnew(t *testing.T) {
	db := recordtest.SQLite(t)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, FileName), bytes.Repeat([]byte("not a database "), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	s := &shelf{docs: map[int64]Doc{}}
	x := New(dir, Deps{DB: db, Read: s.read, List: s.list})
	if err := x.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	defer x.Stop()
	s.put(t, db, record.Created, Doc{ID: 1, Live: true, Texts: []string{"merci"}})
	caughtUp(t, x, db)
	if got := found(t, x, "merci"); len(got) != 1 {
		t.Errorf("found %v", got)
	}
}

func FuzzMatchNeverBreaksTheQuery(f *testing.F) {
	for _, s := range []string{"", `a "b`, "-", "x*", `"" ""`, "é*-\x00", "NOT AND"} {
		f.Add(s)
	}
	db := recordtest.SQLite(f)
	s := &shelf{docs: map[int64]Doc{}}
	x := New(f.TempDir(), Deps{DB: db, Read: s.read, List: s.list})
	if err := x.Start(context.Background()); err != nil {
		f.Fatal(err)
	}
	f.Cleanup(x.Stop)
	f.Fuzz(func(t *testing.T, typed string) {
		if _, err := x.Search(context.Background(), people.Whole(), typed, insight.ListQuery{}); err != nil {
			t.Fatalf("%q: %v", typed, err)
		}
	})
}

func TestARestartThatCannotWriteIsTriedAgain(t *testing.T) {
	x, s, db := start(t)
	caughtUp(t, x, db)
	x.follower.Stop()
	s.put(t, db, record.Created, Doc{ID: 1, Live: true, Lang: "fr", Texts: []string{"livraison"}})
	path := x.path
	x.path = filepath.Join(t.TempDir(), "gone", FileName)
	if err := x.Restart(t.Context(), "another"); err == nil {
		t.Fatal("a folder that is gone took the file")
	}
	if _, err := x.follower.RunOnce(t.Context()); err == nil {
		t.Error("followed without a file")
	}
	if _, err := x.Search(t.Context(), people.Whole(), "livraison", insight.ListQuery{}); cx.KindOf(err) != cx.Unavailable {
		t.Errorf("searched without a file: %v", err)
	}
	x.path = path
	if _, err := x.follower.RunOnce(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]cx.FeedbackID{1}, found(t, x, "livraison")); diff != "" {
		t.Error(diff)
	}
}
