package lang

import (
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEveryMessageExistsInEveryLanguage(t *testing.T) {
	c := catalogues()
	for _, tag := range Tags() {
		for _, other := range Tags() {
			for id := range c.messages[tag] {
				if _, ok := c.messages[other][id]; !ok {
					t.Errorf("%s (words/%s.%s.yaml) is missing in %s", id, c.origin[tag][id], tag, other)
				}
			}
		}
	}
}

func TestNoMessageIsDefinedTwice(t *testing.T) {
	for _, d := range catalogues().doubles {
		t.Error(d)
	}
}

func TestLanguagesUseTheSamePlaceholders(t *testing.T) {
	c := catalogues()
	for id, m := range c.messages["fr"] {
		en, ok := c.messages["en"][id]
		if !ok {
			continue
		}
		if d := cmp.Diff(placeholdersOf(m), placeholdersOf(en)); d != "" {
			t.Errorf("%s: fr and en differ:\n%s", id, d)
		}
	}
}

// A colon without a space before it is let through: texts show what is typed in a file ("key: nps").
func TestFrenchSpacesItsPunctuation(t *testing.T) {
	bad := regexp.MustCompile(`[ \x{a0}][;:!?%»]|«[ \x{a0}]|«[^\x{202f}]|[^\x{202f}]»|[\p{L}\p{N})][;!?]( |$)`)
	for id, m := range catalogues().messages["fr"] {
		for _, text := range m {
			if at := bad.FindString(text); at != "" {
				t.Errorf("%s: %q has %q: a narrow no-break space goes there", id, text, at)
			}
		}
	}
}

// The source names messages as literals: T("id", and cx.Fail(kind, field, "id".
func TestEveryMessageNamedInTheSourceExists(t *testing.T) {
	named := regexp.MustCompile(`\.T\("([a-z0-9_]+\.[a-z0-9_.]*[a-z0-9_])"[,)]|cx\.Fail\([^,()]*,[^,]*, *"([a-z0-9_]+\.[a-z0-9_.]*[a-z0-9_])"`)
	seen := 0
	walkSource(t, "../..", func(path, text string) {
		for _, m := range named.FindAllStringSubmatch(text, -1) {
			seen++
			if id := m[1] + m[2]; !For("fr").Has(id) {
				t.Errorf("%s: %s is in no catalogue", path, id)
			}
		}
	})
	if seen == 0 {
		t.Fatal("no message found in the source: the pattern is wrong")
	}
}

func placeholdersOf(m message) []string {
	set := map[string]bool{}
	for _, text := range m {
		for _, p := range placeholder.FindAllString(text, -1) {
			set[p] = true
		}
	}
	var out []string
	for p := range set {
		out = append(out, p)
	}
	sort.Strings(out)
	return out
}

func walkSource(t *testing.T, root string, visit func(path, text string)) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git") {
			return filepath.SkipDir
		}
		isGo := strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") && !strings.HasSuffix(path, "_templ.go")
		if d.IsDir() || !isGo && !strings.HasSuffix(path, ".templ") {
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		visit(path, string(b))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
