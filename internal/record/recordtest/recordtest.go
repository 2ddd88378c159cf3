// Package recordtest gives tests a migrated, isolated record on each engine.
package recordtest

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vigie/internal/record"
)

// Both runs fn on SQLite and on PostgreSQL.
func Both(t *testing.T, fn func(t *testing.T, db *record.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { fn(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { fn(t, Postgres(t)) })
}

// SQLite opens a record in a folder of the test's.
func SQLite(t testing.TB) *record.DB {
	t.Helper()
	return open(t, record.Config{Dir: t.TempDir()})
}

// Postgres opens a record in a schema of the test's own, on the server of VIGIE_TEST_POSTGRES (a URL), else on the one
// that `make postgres` keeps in the temporary folder. Without a server the test is skipped, or fails under CI=true.
func Postgres(t testing.TB) *record.DB {
	t.Helper()
	return open(t, record.Config{URL: PostgresURL(t)})
}

// PostgresURL makes a schema of the test's own and gives its address.
func PostgresURL(t testing.TB) string {
	t.Helper()
	base := cmp.Or(os.Getenv("VIGIE_TEST_POSTGRES"), localServer())
	if base == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("no PostgreSQL server: run make postgres or set VIGIE_TEST_POSTGRES")
		}
		t.Skip("no PostgreSQL server: run make postgres or set VIGIE_TEST_POSTGRES")
	}
	admin, err := sql.Open("pgx", base)
	if err != nil {
		t.Fatal(err)
	}
	schema := "t_" + strings.ToLower(rand.Text())
	if _, err := admin.Exec("CREATE SCHEMA " + schema); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := admin.Exec("DROP SCHEMA " + schema + " CASCADE"); err != nil {
			t.Log(err)
		}
		_ = admin.Close()
	})
	sep := "?"
	if strings.Contains(base, "?") {
		sep = "&"
	}
	return base + sep + "search_path=" + schema
}

func localServer() string {
	dir := filepath.Join(os.TempDir(), "vigie-test-postgres")
	if _, err := os.Stat(filepath.Join(dir, ".s.PGSQL.5432")); err != nil {
		return ""
	}
	return "postgres:///postgres?host=" + dir + "&user=postgres"
}

func open(t testing.TB, c record.Config) *record.DB {
	t.Helper()
	db, err := record.Open(context.Background(), c, record.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}
