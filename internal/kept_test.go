package internal_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// heaviest is the size of a file, in bytes, over which it is a program or data rather than a source.
const heaviest = 1 << 20

func TestNothingBuiltIsKeptAmongTheSources(t *testing.T) {
	out, err := exec.Command("git", "ls-tree", "-r", "-l", "--full-tree", "HEAD").Output()
	if err != nil {
		t.Skip("not in a checkout")
	}
	for line := range strings.Lines(string(out)) {
		what, name, _ := strings.Cut(strings.TrimSpace(line), "\t")
		words := strings.Fields(what) // mode, type, object, size
		if size, err := strconv.Atoi(words[len(words)-1]); err != nil || size > heaviest {
			t.Errorf("%s: %s bytes", name, words[len(words)-1])
		}
	}
}

// setting gives what the Makefile says of a name.
func setting(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile("../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if v, ok := strings.CutPrefix(line, name+" := "); ok {
			return strings.TrimSpace(v)
		}
	}
	t.Fatalf("the Makefile does not say %s", name)
	return ""
}

// What the first run of make test skips, the second must run.
func TestNoTestIsLeftOutOfBothRuns(t *testing.T) {
	walks, long := regexp.MustCompile(setting(t, "WALKS")), setting(t, "LONG")
	walked := strings.Fields(strings.ReplaceAll(setting(t, "WALKED"), "$(LONG)", long))
	test, met := regexp.MustCompile(`(?m)^func (Test\w+)`), 0
	err := filepath.WalkDir("..", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git"):
			return fs.SkipDir
		case !strings.HasSuffix(name, "_test.go"):
			return nil
		}
		b, err := os.ReadFile(name)
		for _, m := range test.FindAllStringSubmatch(string(b), -1) {
			if walks.MatchString(m[1]) {
				met++
				if room := "./" + filepath.ToSlash(filepath.Dir(strings.TrimPrefix(name, "../"))); !slices.Contains(walked, room) {
					t.Errorf("%s of %s is run nowhere", m[1], room)
				}
			}
		}
		return err
	})
	if err != nil || met < 10 {
		t.Errorf("%d tests, %v", met, err)
	}
}
