package search

import (
	"context"
	"fmt"
	"testing"

	"vigie/internal/record/recordtest"
)

// BenchmarkWrite indexes batches of 1,000 feedbacks of twenty words.
func BenchmarkWrite(b *testing.B) {
	s := &shelf{docs: map[int64]Doc{}}
	x := New(b.TempDir(), Deps{DB: recordtest.SQLite(b), Read: s.read, List: s.list})
	if err := x.open(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(x.Stop)
	n := int64(0)
	for b.Loop() {
		docs := map[int64]present{}
		for i := range int64(1000) {
			text := fmt.Sprintf("Le conseiller numéro %d a tout de suite compris ma demande, mais il a fallu rappeler le lendemain pour la suite.", i)
			docs[n+i+1] = present{Doc: Doc{Live: true, Lang: "fr", Texts: []string{text}}}
		}
		n += 1000
		tx, err := x.db.BeginTx(context.Background(), nil)
		if err != nil {
			b.Fatal(err)
		}
		if err := x.write(context.Background(), tx, docs); err != nil {
			b.Fatal(err)
		}
		if err := tx.Commit(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "feedbacks/s")
}
