package ui

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"vigie/internal/lang"
)

var (
	component = regexp.MustCompile(`^templ (\w+)\(`)
	use       = regexp.MustCompile(`(?:@|Below: )(\w+)\(`)
)

// drawings reads what each component of this room draws with.
func drawings(t *testing.T) map[string][]string {
	t.Helper()
	files, err := filepath.Glob("*.templ")
	if err != nil || len(files) == 0 {
		t.Fatal("no component to look at", err)
	}
	uses := map[string][]string{}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		in := ""
		for line := range strings.Lines(string(text)) {
			if m := component.FindStringSubmatch(line); m != nil {
				in = m[1]
				uses[in] = nil
			}
			for _, m := range use.FindAllStringSubmatch(line, -1) {
				uses[in] = append(uses[in], m[1])
			}
		}
	}
	return uses
}

func TestEveryComponentIsInTheGallery(t *testing.T) {
	uses, shown := drawings(t), map[string]bool{}
	for next := []string{"Gallery", "GalleryBare", "GalleryWall"}; len(next) > 0; next = next[1:] {
		if !shown[next[0]] {
			shown[next[0]] = true
			next = append(next, uses[next[0]]...)
		}
	}
	var missing []string
	for name := range uses {
		if !shown[name] {
			missing = append(missing, name)
		}
	}
	slices.Sort(missing)
	if len(missing) > 0 {
		t.Errorf("drawn nowhere in the gallery: %s", strings.Join(missing, ", "))
	}
}

func TestTheGalleryShowsEachState(t *testing.T) {
	for _, tag := range lang.Tags() {
		doc, _ := render(t, Gallery(lang.For(tag), ""))
		for _, c := range []struct{ state, selector string }{
			{"empty", ".state.accent a.btn.primary"}, {"loading", ".skeleton[role=status]"}, {"too few", ".state:not(.bad, .watch, .accent) .mark"}, {"error, with its code and another try", ".state.bad .code + .row a"},
			{"denied, with whom to ask", ".state.watch p"}, {"offline", ".state.watch a.btn"}, {"a button that cannot be used", "button[disabled]"}, {"a field in error", ".field.bad .err"}, {"an optional field", ".field .opt"},
			{"a field that proposes", "input[list] + datalist"}, {"a ticked box in error", ".field.bad .check input[checked]"}, {"a table without rows", "tbody td[colspan]"}, {"a table sorted", "th[aria-sort=descending]"}, {"a folded set of boxes", "details.fold .check-list"},
			{"a work of unknown length", "progress:not([value])"}, {"a work under way", "progress[value]"}, {"a figure of too few answers", ".figure.few, .head.few, .few"}, {"a way back", ".toast .undo"}, {"a filter in force", ".pill.active"}, {"a long name in a list", ".things .icon + a, .things .icon ~ b"},
		} {
			if doc.Find(c.selector).Length() == 0 {
				t.Errorf("%s: %s is not shown (%s)", tag, c.state, c.selector)
			}
		}
	}
}

func TestOtherLayoutsHaveOneTitleAndTheirMain(t *testing.T) {
	for name, c := range map[string]templ.Component{"bare": GalleryBare(lang.For("fr"), ""), "wall": GalleryWall(lang.For("en"), "dark")} {
		doc, text := render(t, c)
		if doc.Find("h1").Length() != 1 || doc.Find("main#main").Length() != 1 || strings.Contains(text, "⟨") {
			t.Errorf("%s: %d titles, %d mains", name, doc.Find("h1").Length(), doc.Find("main").Length())
		}
	}
}
