package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"vigie/internal/listen/intake"
	"vigie/internal/web/ui"
)

// candidate is something that a waiting key may stand for, with the words it is found by.
type candidate struct {
	ui.Option
	text string // "-" before each word
}

func candidateOf(o ui.Option) candidate {
	return candidate{o, "-" + intake.Slug(o.Label) + "-" + intake.Slug(o.Value)}
}

func (g *ground) knownUnits() []candidate {
	units := g.Organisation.Units()
	out := make([]candidate, 0, len(units))
	for _, u := range units {
		out = append(out, candidateOf(ui.Option{Value: string(u.Key), Label: g.Organisation.Name(u.Key, g.lang().Tag())}))
	}
	return out
}

func (g *ground) knownTouchpoints() []candidate {
	var out []candidate
	for _, x := range g.Journeys.Touchpoints() {
		out = append(out, candidateOf(ui.Option{Value: string(x.Touchpoint.Key), Label: g.lang().Text(x.Touchpoint.Name)}))
	}
	return out
}

// wordsOf are the words by which something is looked for.
func wordsOf(text string, least int) []string {
	words := strings.FieldsFunc(intake.Slug(text), func(r rune) bool { return r == '-' || r == '_' || r == '.' })
	return slices.DeleteFunc(words, func(w string) bool { return len(w) < least })
}

// alike gives the options that share most words with a key, the likeliest first.
func alike(key string, all []candidate) []ui.Option {
	want := wordsOf(key, 3)
	type scored struct {
		option ui.Option
		score  int
	}
	var out []scored
	for _, o := range all {
		n := 0
		for _, w := range want {
			if strings.Contains(o.text, w[:min(len(w), 5)]) {
				n++
			}
		}
		if n > 0 {
			out = append(out, scored{o.Option, n})
		}
	}
	slices.SortStableFunc(out, func(a, b scored) int { return cmp.Compare(b.score, a.score) })
	var best []ui.Option
	for _, x := range out[:min(guessesShown, len(out))] {
		best = append(best, x.option)
	}
	return best
}

// find gives the options of which every word typed begins a word, the shortest names first; at most limit.
func find(typed string, all []candidate, limit int) []ui.Option {
	want := wordsOf(typed, 1)
	if len(want) == 0 {
		return nil
	}
	var out []ui.Option
	for _, o := range all {
		if !slices.ContainsFunc(want, func(w string) bool { return !strings.Contains(o.text, "-"+w) }) {
			out = append(out, o.Option)
		}
	}
	slices.SortStableFunc(out, func(a, b ui.Option) int { return cmp.Compare(len(a.Label), len(b.Label)) })
	return out[:min(limit, len(out))]
}

// keysFound are offered for one text typed.
const keysFound = 12

// serveUnitsFound offers the units of a large organisation while one types.
func (s *Server) serveUnitsFound(w http.ResponseWriter, r *http.Request, v *visit) error {
	g, err := s.ground(r.Context(), v, filters{}, matter{})
	if err != nil {
		return err
	}
	return s.render(w, r, unitOptions(find(r.URL.Query().Get("to"), g.knownUnits(), keysFound)))
}

// findsUnits has the units of a large organisation asked for while one types.
func findsUnits(many bool) templ.Attributes {
	if !many {
		return nil
	}
	return templ.Attributes{"hx-get": quarantineUnits, "hx-trigger": "input changed delay:200ms", "hx-target": "#known-units", "hx-swap": "innerHTML", "hx-params": "to"}
}
