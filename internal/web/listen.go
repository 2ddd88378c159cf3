package web

import (
	"fmt"
	"net/http"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/listen/journey"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

// listenRoutes show what is listened to.
func (s *Server) listenRoutes() []Route {
	return []Route{
		{"GET", "/journeys", people.ReadFigures, s.serveJourneys},
		{"GET", "/listen", people.ReadFigures, func(w http.ResponseWriter, r *http.Request, _ *visit) error {
			http.Redirect(w, r, "/journeys", http.StatusSeeOther)
			return nil
		}},
	}
}

// listenTabs are the pages of « Écouter » that the viewer may open.
func listenTabs(v *visit, path string) []ui.Tab {
	var tabs []ui.Tab
	for _, t := range []struct {
		path, id string
		right    people.Right
	}{{"/journeys", "listen.journeys", people.ReadFigures}, {"/listen/surveys", "surveys.title", people.ReadFigures}, {"/listen/rules", "invitation.tab", people.ReadFigures}, {"/catalogue", "catalogue.title", people.ReadFigures}, {"/listen/imports", "import.title", people.ImportFiles}, {"/listen/context", "circumstance.title", people.ReadFigures},
		{tallyAt, "tally.title", people.ReadFigures}, {notesAt, "notes.tab", people.ReadFigures}, {fatalistsAt, "fatalist.tab", people.ReadPeople}, {"/listen/trust", "trust.title", people.ReadFigures}} {
		if v.Viewer.May(t.right) && v.noteTab(t.path) {
			tabs = append(tabs, ui.Tab{Label: v.Lang.T(t.id), Href: t.path, Current: t.path == path})
		}
	}
	return tabs
}

// journeysPage lists the journeys as they are declared.
type journeysPage struct {
	frame    ui.Frame
	visit    *visit
	Tabs     []ui.Tab
	Journeys []journeyView
	MayAdd   bool
	Order    *journeyOrder
}

type journeyView struct {
	Key                 cx.JourneyID
	Name, Purpose, Href string
	Table               ui.Table
	YAML                string
	Doors               []ui.Button // to its map, its board, its versions
}

func (s *Server) serveJourneys(w http.ResponseWriter, r *http.Request, v *visit) error {
	g, err := s.ground(r.Context(), v, filters{}, matter{})
	if err != nil {
		return err
	}
	p, err := newJourneysPage(g)
	if err != nil {
		return err
	}
	return s.render(w, r, journeysPageView(p))
}

func newJourneysPage(g *ground) (*journeysPage, error) {
	l := g.lang()
	p := &journeysPage{frame: g.frame(l.T("settings.journeys.title"), ui.SectionListen), visit: g.visit, Tabs: listenTabs(g.visit, "/journeys"), MayAdd: g.Viewer.May(people.EditStructure)}
	p.frame.Sub, p.Order = l.T("settings.journeys.sub", "count", len(g.Journeys.List)), g.journeyOrder()
	for _, j := range g.Journeys.List {
		text, err := j.YAML()
		if err != nil {
			return nil, fmt.Errorf("journey %s: %w", j.Key, err)
		}
		p.Journeys = append(p.Journeys, journeyView{Key: j.Key, Name: l.Text(j.Name), Purpose: l.Text(j.Purpose), YAML: string(text),
			Href: journeyAddress(g.Journeys, j.Key), Table: g.journeyTable(&j), Doors: g.journeyDoors(j.Key)})
	}
	return p, nil
}

func (g *ground) journeyTable(j *journey.Journey) ui.Table {
	l := g.lang()
	t := ui.Table{Caption: l.Text(j.Name), Columns: []ui.Column{{Label: l.T("verbatim.touchpoint")}, {Label: l.T("settings.journeys.stage")}, {Label: l.T("settings.journeys.lead")},
		{Label: l.T("settings.journeys.objective"), Numeric: true}, {Label: l.T("touchpoint.channels")}, {Label: l.T("touchpoint.owner")}}}
	for i := range j.Stages {
		for k := range j.Stages[i].Touchpoints {
			tp := &j.Stages[i].Touchpoints[k]
			cells := []ui.Cell{{Text: l.Text(tp.Name), Note: string(tp.Key)}, {Text: l.Text(j.Stages[i].Name)}, {Text: string(tp.LeadIndicator())}, {Text: "—"}, {}, {Text: tp.Owner}}
			if m, ok := measure(g.Catalogue, tp.LeadIndicator(), tp); ok {
				cells[2].Text = m.short(l)
				if m.Objective != nil {
					cells[3].Text = m.text(l, *m.Objective)
				}
			}
			if tp.MomentOfTruth {
				cells[0].Tags = []ui.Tag{{Text: l.T("ui.moment"), Tone: ui.Accent, Icon: "flag"}}
			}
			if text := g.temporary(tp); text != "" {
				cells[0].Tags = append(cells[0].Tags, ui.Tag{Text: text, Tone: ui.Watch, Icon: "calendar"})
			}
			var channels []string
			for _, c := range tp.Channels {
				channels = append(channels, g.channelName(c))
			}
			cells[4].Text = strings.Join(channels, ", ")
			t.Rows = append(t.Rows, ui.Row{Href: g.touchpointAddress(tp.Key, ""), Cells: cells})
		}
	}
	return t
}

// journeyDoors lead to the pages of a journey.
func (g *ground) journeyDoors(key cx.JourneyID) []ui.Button {
	l := g.lang()
	doors := []ui.Button{{Label: l.T("journey.tab.map"), Href: listenAddress(key, "map"), Style: "quiet", Small: true, Icon: "route"}}
	if g.Viewer.May(people.EditStructure) {
		doors = append(doors, ui.Button{Label: l.T("journey.tab.edit"), Href: listenAddress(key, "edit"), Style: "quiet", Small: true, Icon: "pencil"})
	}
	return append(doors, ui.Button{Label: l.T("journey.tab.versions"), Href: listenAddress(key, "versions"), Style: "quiet", Small: true, Icon: "history"})
}
