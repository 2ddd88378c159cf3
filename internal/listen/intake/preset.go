package intake

import (
	"embed"
	"slices"
	"strings"
)

//go:embed presets/*.yaml
var presetFiles embed.FS

// Presets gives the maps that ship with the program, by name: exports that are met often.
func Presets() (map[string]Map, error) {
	entries, err := presetFiles.ReadDir("presets")
	if err != nil {
		return nil, err
	}
	out := map[string]Map{}
	for _, e := range entries {
		b, err := presetFiles.ReadFile("presets/" + e.Name())
		if err != nil {
			return nil, err
		}
		m, err := parseMap(b)
		if err != nil {
			return nil, err
		}
		out[strings.TrimSuffix(e.Name(), ".yaml")] = m
	}
	return out, nil
}

// preset finds the map whose columns are all in the file; it takes from the file how it is written.
func (g *guesser) preset() (Map, bool) {
	all, err := Presets()
	if err != nil {
		return Map{}, false
	}
	names := make([]string, 0, len(all))
	for n := range all {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, name := range names {
		m := all[name]
		if !g.holds(m) {
			continue
		}
		g.numbers()
		m.Encoding, m.Separator, m.Quotes, m.HeaderRows, m.Skip, m.Sheet, m.Decimal = g.m.Encoding, g.m.Separator, g.m.Quotes, g.m.HeaderRows, g.m.Skip, g.m.Sheet, g.m.Decimal
		g.say("", "intake.note.preset", "name", name)
		return m, true
	}
	return Map{}, false
}

func (g *guesser) holds(m Map) bool {
	for _, c := range m.Columns {
		if !slices.ContainsFunc(g.cols, func(k *guessed) bool { return k.Name == c.Column }) {
			return false
		}
	}
	return true
}
