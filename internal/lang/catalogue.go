package lang

import (
	"embed"
	"fmt"
	"path"
	"sort"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

//go:embed words/*.yaml
var words embed.FS

// message is one text by plural form; a text without forms has only "other".
type message map[string]string

type catalogue struct {
	messages map[string]map[string]message // tag → id → message
	origin   map[string]map[string]string  // tag → id → area
	doubles  []string                      // ids met twice, for the test
}

// catalogues reads the embedded files once. A file that is no YAML stops the program: it is part of the build.
var catalogues = sync.OnceValue(func() *catalogue {
	c, err := readCatalogues()
	if err != nil {
		panic(err)
	}
	return c
})

func readCatalogues() (*catalogue, error) {
	c := &catalogue{messages: map[string]map[string]message{}, origin: map[string]map[string]string{}}
	entries, err := words.ReadDir("words")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if err := c.readFile(e.Name()); err != nil {
			return nil, fmt.Errorf("lang: words/%s: %w", e.Name(), err)
		}
	}
	sort.Strings(c.doubles)
	return c, nil
}

// readFile takes in one <area>.<tag>.yaml.
func (c *catalogue) readFile(name string) error {
	area, tag, ok := strings.Cut(strings.TrimSuffix(name, ".yaml"), ".")
	if !ok {
		return fmt.Errorf("name is not <area>.<language>.yaml")
	}
	b, err := words.ReadFile(path.Join("words", name))
	if err != nil {
		return err
	}
	var raw map[string]any
	if err := yaml.Unmarshal(b, &raw); err != nil {
		return err
	}
	if c.messages[tag] == nil {
		c.messages[tag], c.origin[tag] = map[string]message{}, map[string]string{}
	}
	for id, v := range raw {
		m, err := parseMessage(v)
		if err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
		if first, twice := c.origin[tag][id]; twice {
			c.doubles = append(c.doubles, fmt.Sprintf("%s (%s): %s and %s", id, tag, first, area))
		}
		c.messages[tag][id], c.origin[tag][id] = m, area
	}
	return nil
}

func parseMessage(v any) (message, error) {
	switch v := v.(type) {
	case string:
		return message{"other": v}, nil
	case map[string]any:
		m := message{}
		for form, text := range v {
			s, ok := text.(string)
			if !ok {
				return nil, fmt.Errorf("form %q is no text", form)
			}
			m[form] = s
		}
		if _, ok := m["other"]; !ok {
			return nil, fmt.Errorf("has no form \"other\"")
		}
		return m, nil
	}
	return nil, fmt.Errorf("is neither a text nor plural forms")
}

// pick gives the text for a count: the form "zero" when there is one and the count is 0, else the language's own form.
func (m message) pick(tag string, count any) string {
	n, decimals, ok := countOf(count)
	if !ok {
		return m["other"]
	}
	if s, zero := m["zero"]; zero && n == 0 && decimals == 0 {
		return s
	}
	if n == 1 && decimals == 0 || tag == "fr" && n < 2 {
		if s, one := m["one"]; one {
			return s
		}
	}
	form := plural.Cardinal.MatchPlural(language.Make(tag), n, 0, 0, 0, 0)
	if form == plural.Many {
		if s, many := m["many"]; many {
			return s
		}
	}
	return m["other"]
}

// countOf gives the absolute whole part of a count and whether it has decimals.
func countOf(v any) (whole, decimals int, ok bool) {
	f, isNumber := asFloat(v)
	if !isNumber {
		return 0, 0, false
	}
	if f < 0 {
		f = -f
	}
	whole = int(f)
	if f != float64(whole) {
		decimals = 1
	}
	return whole, decimals, true
}
