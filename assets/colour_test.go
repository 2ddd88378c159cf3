package assets

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// colour is a colour written out: #fff, #3246d3, rgb(…), hsl(…). An address (href="#aaa") has a quote before it.
var colour = regexp.MustCompile(`[:,\s(]#(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{6}|[0-9a-fA-F]{3,4})\b|\b(?:rgb|hsl|oklch)a?\([0-9]`)

// Colours have names (tokens.css, and dark.css over it); everything else uses the names.
func TestColoursStandInTheTokensAlone(t *testing.T) {
	for _, pattern := range []string{"css/*.css", "js/*.js"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatal(pattern, err)
		}
		for _, f := range files {
			if f == "css/tokens.css" || f == "css/dark.css" {
				continue
			}
			for n, line := range strings.Split(read(t, f), "\n") {
				if found := colour.FindString(line); found != "" {
					t.Errorf("%s:%d: %s belongs in tokens.css", f, n+1, strings.TrimSpace(found))
				}
			}
		}
	}
}

// What must be written outside of a style sheet (the colour of the browser's own bar) is a token's value.
func TestColoursOutsideOfStyleSheetsAreTokens(t *testing.T) {
	tokens, quoted := read(t, "css/tokens.css")+read(t, "css/dark.css"), regexp.MustCompile(`"#[0-9a-fA-F]{6}"`)
	for _, f := range []string{"../internal/web/ui/frame.templ", "../internal/web/install.go"} {
		found := quoted.FindAllString(read(t, f), -1)
		if len(found) == 0 {
			t.Errorf("%s writes no colour any more: take it off this list", f)
		}
		for _, c := range found {
			if !strings.Contains(tokens, strings.Trim(c, `"`)) {
				t.Errorf("%s: %s is no token", f, c)
			}
		}
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
