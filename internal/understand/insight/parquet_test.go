package insight

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/record"
)

// parquetLines reads a Parquet file back with an engine of its own: names and types, then the rows as texts.
func parquetLines(t *testing.T, file []byte) (head, lines []string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "back.parquet")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query("FROM read_parquet(?)", path)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range types {
		head = append(head, c.Name()+" "+c.DatabaseTypeName())
	}
	values := make([]any, len(types))
	into := make([]any, len(types))
	for n := range values {
		into[n] = &values[n]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, fmt.Sprint(values))
	}
	return head, lines
}

func TestParquetHoldsTheRowsOfAnAnswer(t *testing.T) {
	w := newWorld(t)
	odd := feedback(1)
	odd.ID, odd.Program, odd.Audience, odd.Channel = 1, cx.Transactional, cx.Customers, `=1+1;"quo'ted"`
	odd.Scores = map[cx.MetricID]int64{"nps": 9}
	w.put(t, record.Created, cx.Live, odd)
	w.seed(t, 2, 1500)
	i := w.start(t, t.TempDir())
	for _, by := range [][]string{nil, {"day"}, {"channel", "attributes.age"}, {"attributes.vip", "attributes.segment", "score"}, {"unit.region", "month"}} {
		q := Query{Indicator: "nps", By: by, During: &Period{"2025-02-01", "2025-08-01"}, Versus: &Versus{Named: "previous"}}
		if len(by) == 2 && by[0] == "channel" {
			q.During, q.Versus = nil, nil
		}
		a, err := i.Ask(t.Context(), people.Whole(), q)
		if err != nil {
			t.Fatal(err)
		}
		var file bytes.Buffer
		if err := i.Parquet(t.Context(), q, a, &file); err != nil {
			t.Fatalf("%v: %v", by, err)
		}
		head, lines := parquetLines(t, file.Bytes())
		if d := gocmp.Diff(wantHead(q), head); d != "" {
			t.Errorf("%v: columns (−want +got):\n%s", by, d)
		}
		if d := gocmp.Diff(wantLines(t, q, a), lines); d != "" {
			t.Errorf("%v: rows (−want +got):\n%s", by, d)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(i.exportDir(), "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func wantHead(q Query) (head []string) {
	types := map[string]string{"day": "DATE", "score": "DOUBLE", "attributes.age": "DOUBLE", "attributes.vip": "BOOLEAN"}
	for _, by := range q.By {
		typ := types[by]
		if typ == "" {
			typ = "VARCHAR"
		}
		head = append(head, by+" "+typ)
	}
	head = append(head, "n BIGINT", "value DOUBLE", "low DOUBLE", "high DOUBLE", "enough BOOLEAN")
	if q.Versus != nil {
		head = append(head, "versus_n BIGINT", "versus_value DOUBLE", "difference DOUBLE", "difference_low DOUBLE",
			"difference_high DOUBLE", "significant BOOLEAN")
	}
	return head
}

func wantLines(t *testing.T, q Query, a Answer) (lines []string) {
	orNull := func(has bool, v float64) any {
		if !has || finite(v) == nil {
			return nil
		}
		return v
	}
	for _, r := range a.Rows {
		var line []any
		for _, by := range q.By {
			var v any
			if key := r.By[by]; key != "" {
				v = key
				if by == "day" {
					day, ok := timeCode("day", key)
					if !ok {
						t.Fatalf("day %q", key)
					}
					v = dayTime(day)
				}
			}
			line = append(line, v)
		}
		f := r.Figure
		line = append(line, f.N, orNull(f.Has, f.Value), orNull(f.Has, f.Low), orNull(f.Has, f.High), f.Enough)
		if v := r.Versus; v != nil {
			line = append(line, v.Figure.N, orNull(v.Figure.Has, v.Figure.Value), orNull(v.Has, v.Difference),
				orNull(v.Has, v.Compared.Low), orNull(v.Has, v.Compared.High), v.Significant)
		}
		lines = append(lines, fmt.Sprint(line))
	}
	return lines
}

func TestParquetWritesNothingWhenItFails(t *testing.T) {
	w := newWorld(t)
	i := w.start(t, t.TempDir())
	var file bytes.Buffer
	bad := Answer{Rows: []Row{{By: map[string]string{"day": "not a day"}}}}
	if err := i.Parquet(t.Context(), Query{By: []string{"day"}}, bad, &file); err == nil || file.Len() > 0 {
		t.Errorf("err %v, %d bytes", err, file.Len())
	}
	for range cap(i.slots) {
		i.slots <- struct{}{}
	}
	i.c.Deadline = 1
	err := i.Parquet(t.Context(), Query{}, Answer{}, &file)
	if e, ok := errors.AsType[*cx.Error](err); !ok || e.Code != "insight.busy" || file.Len() > 0 {
		t.Errorf("no place: %v, %d bytes", err, file.Len())
	}
}

func TestAnEngineOfExportsReachesNoOtherFolder(t *testing.T) {
	inside, outside := t.TempDir(), t.TempDir()
	db, err := engineOf(t.Context(), inside)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for dir, allowed := range map[string]bool{inside: true, outside: false, filepath.Join(inside, "..", filepath.Base(outside)): false} {
		_, err := db.ExecContext(t.Context(), "COPY (SELECT 1 AS one) TO "+quoted(filepath.Join(dir, "a.parquet"), '\'')+" (FORMAT parquet)")
		if (err == nil) != allowed {
			t.Errorf("%s: %v", dir, err)
		}
	}
	if _, err := db.ExecContext(t.Context(), "SET enable_external_access = true"); err == nil {
		t.Error("the engine could be opened again")
	}
}

func TestWhatACrashLeftInTheExportFolderGoesAtTheNextStart(t *testing.T) {
	w := newWorld(t)
	dir := t.TempDir()
	left := filepath.Join(dir, "insight-export", "figures-1", "figures.parquet")
	if err := os.MkdirAll(filepath.Dir(left), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(left, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	w.start(t, dir)
	if _, err := os.Stat(left); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("still there: %v", err)
	}
}
