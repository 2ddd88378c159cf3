package ui

import (
	"github.com/a-h/templ"

	"vigie/internal/cx"
	"vigie/internal/lang"
)

// said picks a sample's words in the reader's language.
type said struct{ lang.Lang }

func (s said) of(fr, en string) string { return s.Text(cx.Text{"fr": fr, "en": en}) }

// goal returns a pointer to an objective.
func goal(f float64) *float64 { return &f }

// GalleryIn gives the gallery in a layout: "bare", "wall", or that of most pages.
func GalleryIn(layout string, l lang.Lang, theme string) templ.Component {
	switch layout {
	case "bare":
		return GalleryBare(l, theme)
	case "wall":
		return GalleryWall(l, theme)
	}
	return Gallery(l, theme)
}

func galleryFrame(l lang.Lang, theme string) Frame {
	s := said{l}
	return Frame{
		Lang: l, Theme: theme, Path: "/dev/ui", Title: s.of("Devenir client", "Becoming a customer"),
		Sub:    s.of("Parcours résidentiel · 9 points de mesure", "Residential journey · 9 measuring points"),
		Toasts: []Toast{{Text: s.of("C’est enregistré.", "Saved."), Undo: &Undo{Action: "/dev/ui"}}},
		Crumb:  []Link{{s.of("Composants", "Components"), "/dev/ui"}},
		Nav:    Nav(l, SectionCockpit, true), LiveURL: "/dev/ui/live?stay=1",
		Search:  &Search{Action: "/verbatims", Label: s.of("Chercher des mots", "Search words")},
		Filters: galleryFilters(s),
		Me: &Me{Name: "Claire Xavier", Role: s.of("Directrice de l’expérience client", "CX director"), SettingsAction: "/me",
			SignOutAction: "/signout", Items: []MenuItem{{s.of("Mon compte", "My account"), "/settings", "circle-user"}}},
	}
}

func galleryFilters(s said) *FilterBar {
	return &FilterBar{
		Action: "/dev/ui", ClearHref: "/dev/ui",
		Drops: []Dropdown{
			{Name: "during", Label: s.of("Période", "Period"), Summary: s.of("90 derniers jours", "Last 90 days"), Options: []Option{
				{Value: "30d", Label: s.of("30 derniers jours", "Last 30 days")},
				{Value: "90d", Label: s.of("90 derniers jours", "Last 90 days"), Selected: true},
				{Value: "range", Label: s.of("Entre deux dates", "Between two days")},
			}, Dates: &DateRange{FromName: "from", ToName: "to", FromLabel: s.of("Du", "From"), ToLabel: s.of("Au", "To")}},
			{Name: "unit", Label: s.of("Entité", "Unit"), Summary: s.of("Toutes les entités", "All units"), Options: []Option{
				{Label: s.of("Toutes les entités", "All units"), Selected: true},
				{Value: "idf", Label: "Île-de-France", Level: 1, Count: s.Int(12408)}, {Value: "lille", Label: "Lille", Level: 2, Count: s.Int(844)},
			}},
			{Name: "channel", Label: s.of("Canal", "Channel"), Summary: s.of("Tous canaux", "All channels"), Multi: true, Options: []Option{
				{Value: "phone", Label: s.of("Téléphone", "Phone")}, {Value: "store", Label: s.of("Boutique", "Store")},
			}},
		},
		Active: []Active{{Label: s.of("Segment\u202f: Premium", "Segment: Premium"), RemoveHref: "/dev/ui", Field: Hidden{"attributes.segment", "premium"}}},
		More:   []Dropdown{{Name: "lang", Label: s.of("Langue", "Language"), Multi: true, Options: []Option{{Value: "fr", Label: "Français"}, {Value: "en", Label: "English"}}}},
	}
}

func galleryHeads(s said) Heads {
	line := func(values ...float64) []SparkPoint {
		var out []SparkPoint
		for _, v := range values {
			out = append(out, SparkPoint{Value: v, Low: v - 2, High: v + 2})
		}
		return out
	}
	holes := line(60, 64, 0, 0, 71, 69)
	holes[2].Missing, holes[3].Missing = true, true
	return Heads{Label: s.of("Indicateurs du parcours", "Indicators of the journey"), Items: []Head{
		{Title: s.of("NPS relationnel", "Relational NPS"), Value: s.Points(24, 0), Range: "20 – 28", Href: "/verbatims", Help: galleryHelp(s),
			Change: Change{Text: "+5 pts", Direction: 1, Tone: Good, Note: s.of("vs vague de juin", "vs June’s wave")},
			Spark:  &Sparkline{Points: line(19, 20, 19, 22, 23, 24), Objective: goal(35)},
			Foot:   "n " + s.Int(1812) + s.of(" · objectif +35", " · objective +35"), Strong: s.of("en phase", "on track")},
		{Title: "Satisfaction (CSAT)", Value: s.Percent(82, 0), Range: s.of("81,5 – 82,5", "81.5 – 82.5"),
			Change: Change{Text: "stable", Note: s.of("écart non significatif", "no significant change")},
			Spark:  &Sparkline{Points: line(81, 82, 80, 82, 81, 82), Objective: goal(80)},
			Foot:   "n " + s.Int(21907) + s.of(" · objectif 80\u202f%", " · objective 80%"), Strong: s.of("tenu", "met")},
		{Title: s.of("RDV tenu à l’heure", "Appointment on time"), Value: s.Percent(71, 0), Range: s.of("69,6 – 72,4", "69.6 – 72.4"),
			Change: Change{Text: s.Points(-14, 0) + " pts", Direction: -1, Tone: Bad, Note: s.of("depuis le 12 oct.", "since 12 Oct")},
			Spark:  &Sparkline{Points: line(86, 85, 86, 82, 76, 71), Objective: goal(95)},
			Foot:   s.of("promis 95\u202f% · délivré", "promised 95% · delivered"), Strong: s.of("promesse rompue", "promise broken")},
		{Title: s.of("Résolu au premier contact", "Resolved at first contact"), Value: s.Percent(69, 0), Range: "41 – 88", Few: true,
			Change: Change{Text: s.of("4 réponses", "4 answers"), Note: s.of("lisez-les", "read them")},
			Spark:  &Sparkline{Points: holes}, Foot: s.of("n 4 · fenêtre de 12 mois proposée", "n 4 · 12-month window offered")},
	}}
}

func galleryJourney(s said) Journey {
	j := Journey{
		ID: "journey", Title: s.of("Le parcours vécu", "The lived journey"), ZeroWord: s.of("Objectif", "Objective"),
		Scale:  s.of("0 est l’objectif, le bord est à 25 points.", "0 is the objective, the edge is 25 points away."),
		Legend: s.of("Écart à l’objectif de chaque point, et sa marge", "Each point’s distance to its objective, and its margin"),
		Tabs:   []Tab{{s.of("Principal", "Lead"), "?i=lead", true}, {"NPS", "?i=nps", false}, {"CSAT", "?i=csat", false}, {"CES", "?i=ces", false}},
		Stages: []Stage{
			{Name: s.of("Découvrir", "Discover"), Touchpoints: []TouchpointCard{
				{Name: s.of("Je cherche une offre", "I look for an offer"), Weather: Sun, Value: s.Percent(86, 0), Unit: "CSAT", Owner: "Louis Martin", Change: Change{Text: "stable"}, Dist: Dist{Top: 86, Bottom: 14}, Meta: "n " + s.Int(1204) + s.of(" · 84 – 88 · objectif 85\u202f%", " · 84–88 · objective 85%")},
				{Name: s.of("J’appelle un conseiller", "I call an adviser"), Weather: PartSun, Value: s.Percent(84, 0), Unit: "CSAT", Owner: "Anne Bell", Change: Change{Text: "stable"}, Dist: Dist{Top: 84, Bottom: 16}, Meta: s.of("n 932 · 82 – 86 · objectif 85\u202f%", "n 932 · 82–86 · objective 85%"), Tags: []Tag{{Text: s.of("Décroché < 1 min\u202f: 88\u202f%, promis 90", "Answered < 1 min: 88%, promised 90"), Tone: Watch, Icon: "target"}}},
			}},
			{Name: s.of("Souscrire", "Subscribe"), Touchpoints: []TouchpointCard{
				{Name: s.of("Je signe en ligne", "I sign online"), Weather: Sun, Value: s.Number(5.9, 1), Unit: "CES", Owner: "Karim D.", Change: Change{Text: s.Number(0.4, 1), Direction: 1, Tone: Good}, Dist: Dist{Top: 72, Middle: 12, Bottom: 16}, Meta: "n " + s.Int(2310) + s.of(" · objectif 5,8", " · objective 5.8"), Tags: []Tag{{Text: s.of("Signature simplifiée\u202f: +0,3 [0,2 ; 0,5]", "Simpler signature: +0.3 [0.2; 0.5]"), Tone: Accent}}},
				{Name: s.of("Je signe en agence", "I sign in a branch"), Weather: Fog, Unit: "CSAT", Owner: "Rose Soler", Few: true, Dist: Dist{Top: 2, Bottom: 2}, Meta: s.of("4 réponses ce mois-ci, lisez-les", "4 answers this month, read them")},
			}},
			{Name: s.of("Être raccordé", "Get connected"), Hurt: true, HurtWord: s.of("ça fait mal ici", "it hurts here"), Touchpoints: []TouchpointCard{
				{Name: s.of("J’attends le technicien", "I wait for the technician"), MomentOfTruth: true, Weather: Storm, Value: s.Percent(58, 0), Unit: "CSAT", Owner: "Jean Petit", Change: Change{Text: "19", Direction: -1, Tone: Bad}, Dist: Dist{Top: 58, Bottom: 42}, Meta: "n " + s.Int(1022) + s.of(" · 55 – 61 · objectif 80\u202f%", " · 55–61 · objective 80%"), Tags: []Tag{{Text: s.of("3 alertes · «\u202frendez-vous\u202f» 44\u202f% des verbatims", "3 alerts · “appointment” 44% of verbatims"), Tone: Bad}, {Text: s.of("Miroir\u202f: dissonance, 71\u202f% des équipes satisfaites", "Mirror: dissonance, 71% of teams satisfied"), Tone: Staff}}},
				{Name: s.of("L’installation chez moi", "Installation at home"), Weather: Cloud, Value: s.Percent(76, 0), Unit: "CSAT", Owner: "Jean Petit", Change: Change{Text: "stable"}, Dist: Dist{Top: 76, Bottom: 24}, Meta: s.of("n 871 · objectif 80\u202f%", "n 871 · objective 80%")},
			}},
			{Name: s.of("Utiliser", "Use"), Touchpoints: []TouchpointCard{
				{Name: s.of("Ma première facture", "My first bill"), Weather: Cloud, Value: s.Number(5.1, 1), Unit: "CES", Owner: "Nora C.", Change: Change{Text: "stable"}, Dist: Dist{Top: 58, Middle: 10, Bottom: 32}, Meta: "n " + s.Int(1440) + s.of(" · objectif 5,5", " · objective 5.5")},
				{Name: s.of("Mon appel au SAV", "My call to after-sales"), Weather: NoTarget, Value: s.Percent(74, 0), Unit: "CSAT", Change: Change{Text: "stable"}, Dist: Dist{Top: 74, Bottom: 26}, Meta: "n " + s.Int(1388)},
			}},
			{Name: s.of("Rester", "Stay"), Touchpoints: []TouchpointCard{
				{Name: s.of("Mes 12 mois", "My 12 months"), Weather: Sun, Value: "+47", Unit: "NPS", Owner: "Louis Martin", Change: Change{Text: "stable"}, Dist: Dist{Top: 60, Middle: 27, Bottom: 13}, Meta: s.of("n 640 · objectif +40", "n 640 · objective +40"), Tags: []Tag{{Text: s.of("38 clients prêts à témoigner", "38 customers willing to testify"), Tone: Good}}},
			}},
		},
	}
	j.Curve = galleryCurve(s, j.Stages)
	return j
}

func galleryCurve(s said, stages []Stage) Curve {
	gaps := map[Weather][3]float64{Sun: {6, 4, 8}, PartSun: {-1, -3, 1}, Cloud: {-6, -9, -3}, Storm: {-22, -25, -19}, NoTarget: {-2, -4, 0}}
	c := Curve{Label: s.of("Écart à l’objectif, point par point", "Distance to objective, point by point")}
	for i, st := range stages {
		for k, t := range st.Touchpoints {
			g := gaps[t.Weather]
			c.Points = append(c.Points, CurvePoint{X: StageX(i, len(stages), k, len(st.Touchpoints)), Gap: g[0], Low: g[1], High: g[2],
				Label: t.Name + ", " + t.Weather.Word(s.Lang), Href: "#", Tone: t.Weather.Tone(), Missing: t.Few})
		}
	}
	return c
}

func galleryVoices(s said) []Voice {
	return []Voice{
		{Score: "2", Unit: "CSAT", Tone: Bad, Context: s.of("à domicile, réponse par SMS · Lille", "at home, answered by SMS · Lille"), When: s.of("il y a 12 s", "12 s ago"), Href: "#",
			Texts: []Quote{{Parts: []Part{{"J’ai posé deux jours de congé, ", ""}, {"personne n’est venu", "neg"}, {" et ", ""}, {"aucun appel", "neg"}, {".", ""}}, Lang: "fr"}},
			Links: []Link{{s.of("J’attends le technicien", "I wait for the technician"), "#"}}, Chips: []Chip{{"rendez-vous", "neg", ""}, {"joignabilité", "neg", ""}, {"frustration", "", ""}}},
		{Score: "10", Unit: "NPS", Tone: Good, Context: s.of("téléphone · Nantes", "phone · Nantes"), When: s.of("il y a 1 min", "1 min ago"),
			Texts: []Quote{{Question: s.of("Pourquoi cette note\u202f?", "Why this score?"), Parts: Hits("Conseillère très patiente, tout était clair en dix minutes.", []string{"patiente"}), Lang: "fr"}}, Chips: []Chip{{"accueil", "pos", ""}}},
		{Context: "web · Lyon", When: s.of("il y a 3 min", "3 min ago"), Texts: []Quote{Words("<script>alert(1)</script> & le site rame")}},
	}
}

func galleryTable(s said) Table {
	return Table{Caption: s.of("Par canal", "By channel"),
		Columns: []Column{{Label: s.of("Canal", "Channel"), Href: "#"}, {Label: "CSAT", Numeric: true, Sort: "descending", Href: "#"}, {Label: s.of("Intervalle", "Interval"), Numeric: true}, {Label: "n", Numeric: true}},
		Rows: []Row{
			{Href: "#", Cells: []Cell{{Text: s.of("Téléphone", "Phone")}, {Text: s.Percent(84, 0), Tone: Good}, {Text: "82 – 86"}, {Text: s.Int(1932)}}},
			{Href: "#", Cells: []Cell{{Text: s.of("Boutique", "Store"), Note: s.of("3 agences", "3 branches")}, {Text: s.Percent(58, 0), Tone: Bad}, {Text: "55 – 61"}, {Text: s.Int(1022)}}},
		}}
}

func galleryWide(s said) Table {
	t := Table{Caption: s.of("Par source", "By source"), Columns: []Column{{Label: s.of("Source", "Source")}}}
	row := Row{Cells: []Cell{{Text: s.of("Enquête téléphonique trimestrielle du service des clients professionnels", "Quarterly telephone survey of the professional customers service"), Tags: []Tag{{Text: s.of("silencieuse", "silent"), Tone: Watch}}}}}
	for _, name := range []string{s.of("Retours", "Feedback"), s.of("Avec des mots", "With words"), s.of("Client connu", "Customer known"), s.of("Point de contact", "Touchpoint"), s.of("Canal", "Channel"), s.of("Langue", "Language")} {
		t.Columns = append(t.Columns, Column{Label: name, Numeric: true})
		row.Cells = append(row.Cells, Cell{Text: s.Percent(78, 0)})
	}
	t.Rows = []Row{row}
	return t
}

func galleryHelp(s said) *Help {
	return &Help{ID: "nps", Name: s.of("NPS relationnel", "Relational NPS"), Href: "#", Items: []Fact{
		{Label: s.of("Formule", "Formula"), Value: s.of("Part des notes 9 à 10, moins part des notes 0 à 6, en points.", "Share of scores 9 to 10, less share of scores 0 to 6, in points.")},
		{Label: s.of("Objectif", "Objective"), Value: "+35"}}}
}
