package journey

import "vigie/internal/cx"

// DefaultLead is the lead indicator of a touchpoint that names none.
const DefaultLead cx.IndicatorID = "csat"

// LeadIndicator is the one that suits this touchpoint.
func (t Touchpoint) LeadIndicator() cx.IndicatorID {
	if t.Lead == "" {
		return DefaultLead
	}
	return t.Lead
}

// Lived tells whether the touchpoint exists on a local day, written 2006-01-02.
func (t Touchpoint) Lived(day string) bool {
	return (t.From == "" || day >= t.From) && (t.Until == "" || day < t.Until)
}

// Journeys are all the journeys as of one moment. They are shared: do not modify them.
type Journeys struct {
	// List in the order they are shown.
	List []Journey

	places map[cx.TouchpointID]Place
	known  map[cx.TouchpointID]bool
}

// Place is where a touchpoint stands.
type Place struct {
	Journey    *Journey
	Stage      *Stage
	Touchpoint *Touchpoint
}

// Place gives where a touchpoint stands, false when no journey has it.
func (j *Journeys) Place(key cx.TouchpointID) (Place, bool) {
	p, ok := j.places[key]
	return p, ok
}

// Known holds the keys of all touchpoints; do not modify it.
func (j *Journeys) Known() map[cx.TouchpointID]bool { return j.known }

// Journey gives one journey, or NotFound.
func (j *Journeys) Journey(key cx.JourneyID) (Journey, error) {
	for _, one := range j.List {
		if one.Key == key {
			return one, nil
		}
	}
	return Journey{}, cx.Fail(cx.NotFound, "journey", "journey.unknown", "key", string(key))
}

// Touchpoints lists every touchpoint in the order of journeys and stages.
func (j *Journeys) Touchpoints() []Place {
	var l []Place
	for n := range j.List {
		one := &j.List[n]
		for s := range one.Stages {
			stage := &one.Stages[s]
			for t := range stage.Touchpoints {
				l = append(l, Place{one, stage, &stage.Touchpoints[t]})
			}
		}
	}
	return l
}

func newJourneys(list []Journey) *Journeys {
	j := &Journeys{List: list, places: map[cx.TouchpointID]Place{}, known: map[cx.TouchpointID]bool{}}
	for _, p := range j.Touchpoints() {
		j.places[p.Touchpoint.Key] = p
		j.known[p.Touchpoint.Key] = true
	}
	return j
}
