package journey

import "vigie/internal/cx"

// Journey is the JSON of PUT /api/v1/journeys/{key}; only keys and names are required.
type Journey struct {
	Key     cx.JourneyID `json:"key" yaml:"key"`
	Name    cx.Text      `json:"name" yaml:"name"`
	Purpose cx.Text      `json:"purpose,omitempty" yaml:"purpose,omitempty"`
	// Mapped is the day the map was drawn (2006-01-02): what the touchpoints say of expectations, feelings, pains and
	// processes is the picture of that day. "": no map yet.
	Mapped string  `json:"mapped,omitempty" yaml:"mapped,omitempty"`
	Stages []Stage `json:"stages" yaml:"stages"`
}

// Stage keys are unique within their journey.
type Stage struct {
	Key         cx.StageID   `json:"key" yaml:"key"`
	Name        cx.Text      `json:"name" yaml:"name"`
	Touchpoints []Touchpoint `json:"touchpoints" yaml:"touchpoints"`
}

// Touchpoint is a situation the customer lives. Its key is unique over all journeys.
type Touchpoint struct {
	Key           cx.TouchpointID `json:"key" yaml:"key"`
	Name          cx.Text         `json:"name" yaml:"name"`
	MomentOfTruth bool            `json:"moment_of_truth,omitempty" yaml:"moment_of_truth,omitempty"`
	Transactional bool            `json:"transactional,omitempty" yaml:"transactional,omitempty"`
	Owner         string          `json:"owner,omitempty" yaml:"owner,omitempty"`
	// Services directly concerned, and those that are indirectly.
	Services []string `json:"services,omitempty" yaml:"services,omitempty"`
	Indirect []string `json:"indirect,omitempty" yaml:"indirect,omitempty"`
	Systems  []string `json:"systems,omitempty" yaml:"systems,omitempty"`
	Partners []string `json:"partners,omitempty" yaml:"partners,omitempty"`
	Personas []string `json:"personas,omitempty" yaml:"personas,omitempty"`
	Channels []string `json:"channels,omitempty" yaml:"channels,omitempty"`
	From     string   `json:"from,omitempty" yaml:"from,omitempty"`   // 2006-01-02; "" always
	Until    string   `json:"until,omitempty" yaml:"until,omitempty"` // first day no longer lived; "" always
	// Lead indicator; "" is csat. Objectives and Thresholds by indicator win over the indicator's own.
	Lead        cx.IndicatorID             `json:"lead,omitempty" yaml:"lead,omitempty"`
	Objectives  map[cx.IndicatorID]float64 `json:"objectives,omitempty" yaml:"objectives,omitempty"`
	Thresholds  map[cx.IndicatorID]float64 `json:"thresholds,omitempty" yaml:"thresholds,omitempty"`
	Promises    []Promise                  `json:"promises,omitempty" yaml:"promises,omitempty"`
	Expectation cx.Text                    `json:"expectation,omitempty" yaml:"expectation,omitempty"`
	Processes   cx.Text                    `json:"processes,omitempty" yaml:"processes,omitempty"`
	// What customers feel here, from MoodLow to MoodHigh and in words, and what hurts; nil: not said.
	Mood     *int    `json:"mood,omitempty" yaml:"mood,omitempty"`
	Feelings cx.Text `json:"feelings,omitempty" yaml:"feelings,omitempty"`
	Pains    cx.Text `json:"pains,omitempty" yaml:"pains,omitempty"`
}

// Mood goes from distress to delight, 0 in between.
const (
	MoodLow  = -2
	MoodHigh = 2
)

// Promise is what the brand says it delivers here, measured by an indicator when one is named.
type Promise struct {
	Text      cx.Text        `json:"text" yaml:"text"`
	Indicator cx.IndicatorID `json:"indicator,omitempty" yaml:"indicator,omitempty"`
	Objective *float64       `json:"objective,omitempty" yaml:"objective,omitempty"`
	Public    bool           `json:"public,omitempty" yaml:"public,omitempty"`
}
