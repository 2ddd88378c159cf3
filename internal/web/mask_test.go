package web

import "testing"

func TestMaskHidesPersonalDataAndLeavesTheRest(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Écrivez à jean.dupont@mail.fr vite":                  "Écrivez à ••• vite",
		"Au 06 12 34 56 78 ou +33612345678.":                  "Au ••• ou •••.",
		"Dossier 123456789, 3 appels, 49 € et 2026":           "Dossier •••, 3 appels, 49 € et 2026",
		"Merci à Mme Le Goff de Nantes":                       "Merci à Mme ••• de Nantes",
		"Le technicien Julien était à l’heure":                "Le technicien ••• était à l’heure",
		"La conseillère Sophie Garnier m’a aidé":              "La conseillère ••• m’a aidé",
		"Bravo. Corinne m'a guidé. Elle m'a rappelé.":         "Bravo. ••• m'a guidé. Elle m'a rappelé.",
		"Personne ne m’a rappelé, le technicien non plus":     "Personne ne m’a rappelé, le technicien non plus",
		"Attendu du 12/10/2026 au 14/10/2026, 10 h à 12 h 30": "Attendu du 12/10/2026 au 14/10/2026, 10 h à 12 h 30",
	} {
		if got := mask(text); got != want {
			t.Errorf("%q\n got %q\nwant %q", text, got, want)
		}
	}
}

func TestPageMasksTheNamesItKnows(t *testing.T) {
	t.Parallel()
	g := &ground{hidden: &hiddenNames{words: nameWords([]string{"Sophie Garnier", "Denis Lambert", "Ana Le Goff"})}}
	got := g.mask("Sophie désolée. M’a dit Denis lambert, Le Goff et Ana, à Lambert-sur-Mer.")
	if want := "••• désolée. M’a dit ••• lambert, Le ••• et Ana, à Lambert-sur-Mer."; got != want {
		t.Errorf("%q", got)
	}
}
