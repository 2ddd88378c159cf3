package internal_test

import (
	"encoding/json"
	"io"
	"os/exec"
	"strings"
	"testing"
)

// Who may import whom. Rooms of one floor never import a floor above; inside a floor, the rooms listed may.
var floors = [][]string{
	{"internal/cx"},
	{"internal/colour", "internal/lang"},
	{"internal/picture"},
	{"internal/record"},
	{"internal/people"},
	{"internal/listen/catalogue", "internal/listen/circumstance", "internal/listen/customer", "internal/listen/media"},
	{"internal/listen/journey", "internal/listen/survey", "internal/channel/mail", "internal/channel/sms"},
	{"internal/listen/collect"},
	{"internal/listen/note"},
	{"internal/listen/hook", "internal/listen/intake", "internal/listen/invite", "internal/listen/response", "internal/listen/tally"},
	{"internal/understand/insight"},
	{"internal/understand/chorus", "internal/understand/fatalist", "internal/understand/search", "internal/understand/temperature", "internal/understand/view"},
	{"internal/house"},
	{"assets"},
	{"internal/web/chart", "internal/web/respond", "internal/web/ui"},
	{"internal/api"},
	{"internal/web"},
	{"internal/demo"},
	{"cmd/vigie"},
}

// Who alone may use what: an import path prefix → the rooms.
var owners = map[string][]string{
	"github.com/duckdb":                   {"internal/understand/insight"},
	"modernc.org/sqlite":                  {"internal/record", "internal/understand/search"},
	"github.com/jackc/pgx":                {"internal/record"},
	"github.com/pressly/goose":            {"internal/record"},
	"github.com/dop251/goja":              {"internal/web/chart"},
	"github.com/danielgtaylor/huma":       {"internal/api"},
	"github.com/xuri/excelize":            {"internal/listen/intake", "internal/web"},
	"github.com/alecthomas/kong":          {"cmd/vigie"},
	"github.com/alexedwards/argon2id":     {"internal/people"},
	"github.com/prometheus/client_golang": {"internal/api"},
	"github.com/nicksnyder/go-i18n":       {"internal/lang"},
	"github.com/wneessen/go-mail":         {"internal/channel/mail"},
	"github.com/emersion":                 {"internal/channel/mail"},
	"github.com/minio/minio-go":           {"internal/listen/media"},
	"rsc.io/qr":                           {"internal/web", "cmd/vigie"},
}

type goPackage struct {
	ImportPath string
	Imports    []string
}

func packages(t *testing.T) []goPackage {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "vigie/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []goPackage
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := d.Decode(&p); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func floorOf(path string) int {
	for i, rooms := range floors {
		for _, r := range rooms {
			if path == "vigie/"+r || strings.HasPrefix(path, "vigie/"+r+"/") && r != "internal/web" {
				return i
			}
		}
	}
	return -1
}

func room(path string) string {
	path = strings.TrimPrefix(path, "vigie/")
	for _, rooms := range floors {
		for _, r := range rooms {
			if path == r || strings.HasPrefix(path, r+"/") && r != "internal/web" {
				return r
			}
		}
	}
	return path
}

func TestImportsGoOnlyDownwards(t *testing.T) {
	for _, p := range packages(t) {
		if strings.HasPrefix(p.ImportPath, "vigie/tools/") || p.ImportPath == "vigie/internal" {
			continue
		}
		from := floorOf(p.ImportPath)
		if from < 0 {
			t.Errorf("%s has no floor: give it one in this test and in docs/internals.md", p.ImportPath)
			continue
		}
		for _, i := range p.Imports {
			if !strings.HasPrefix(i, "vigie/") || room(i) == room(p.ImportPath) {
				continue
			}
			if to := floorOf(i); to >= from {
				t.Errorf("%s imports %s, which is not below it", p.ImportPath, i)
			}
		}
	}
}

func TestPartsHaveOneOwner(t *testing.T) {
	for _, p := range packages(t) {
		for _, i := range p.Imports {
			for prefix, rooms := range owners {
				if strings.HasPrefix(i, prefix) && !contains(rooms, room(p.ImportPath)) {
					t.Errorf("%s imports %s, which is for %v only", p.ImportPath, i, rooms)
				}
			}
		}
	}
}

func contains(all []string, s string) bool {
	for _, a := range all {
		if a == s {
			return true
		}
	}
	return false
}
