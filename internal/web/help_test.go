package web

import (
	"strings"
	"testing"

	"vigie/internal/cx"
	"vigie/internal/lang"
)

func TestHelpSaysTheFormulaOnItsScale(t *testing.T) {
	t.Parallel()
	nps := cx.Metric{Key: "nps", Max: 10, Step: 1, Direction: cx.HigherBetter, Top: new(9.0), Bottom: new(6.0), Name: cx.Text{"fr": "Recommandation"}}
	ces := cx.Metric{Key: "ces", Min: 1, Max: 5, Step: 1, Direction: cx.LowerBetter, Top: new(2.0), Bottom: new(4.0)}
	kept := cx.Metric{Key: "kept", Max: 1, Step: 1, Direction: cx.HigherBetter, Top: new(1.0)}
	for _, c := range []struct {
		name      string
		indicator cx.Indicator
		metric    cx.Metric
		says      []string
	}{
		{"net", cx.Indicator{Key: "nps", Formula: cx.NetShare, Program: cx.Relational, MinN: 50}, nps, []string{"notes 9 à 10, moins part des notes 0 à 6", "Rocks", "Sous 50 réponses", "Aucun n’est fixé", "relationnel", "Recommandation"}},
		{"top of another box", cx.Indicator{Key: "x", Formula: cx.TopShare, Top: new(10.0), Objective: new(80.0)}, nps, []string{"notes 10 parmi", "échelle de 0 à 10", "Wilson", "80", "Sous 30 réponses"}},
		{"low is better", cx.Indicator{Key: "x", Formula: cx.TopShare}, ces, []string{"notes 1 à 2 parmi"}},
		{"yes or no", cx.Indicator{Key: "x", Formula: cx.TopShare}, kept, []string{"Part des «"}},
		{"mean", cx.Indicator{Key: "x", Formula: cx.Mean, MaxWidth: 2}, ces, []string{"Moyenne des notes, sur une échelle de 1 à 5", "fictives", "plus large que 2"}},
		{"ratio", cx.Indicator{Key: "x", Formula: cx.Ratio, Per: 1000}, kept, []string{"pour 1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := measured{Indicator: c.indicator, Metric: c.metric, Spec: cx.NewSpec(c.indicator, c.metric), Objective: c.indicator.Objective}
			var all []string
			for _, f := range m.help(lang.For("fr")).Items {
				all = append(all, f.Label+" "+f.Value)
			}
			text := strings.Join(all, "\n")
			for _, w := range c.says {
				if !strings.Contains(text, w) {
					t.Errorf("no %q in\n%s", w, text)
				}
			}
			if strings.Contains(text, "⟨") || strings.Contains(text, "{") {
				t.Errorf("a word is missing in\n%s", text)
			}
		})
	}
}
