package cx

import "slices"

// Direction says which way is better.
type Direction string

const (
	HigherBetter Direction = "higher"
	LowerBetter  Direction = "lower"
)

// Metric is a wording and a scale. Scales are never pooled or silently rescaled. Aspects (sub-scores: reception,
// clarity, delay…) are metrics too.
type Metric struct {
	Key     MetricID `json:"key" yaml:"key"`
	Name    Text     `json:"name" yaml:"name"`
	Wording Text     `json:"wording,omitempty" yaml:"wording,omitempty"`
	Min     float64  `json:"min" yaml:"min"`
	Max     float64  `json:"max" yaml:"max"`
	Step    float64  `json:"step" yaml:"step"` // 0 is read as 1
	// Reversed: the scale was printed the other way round; shown, never recomputed.
	Reversed bool `json:"reversed,omitempty" yaml:"reversed,omitempty"`
	// NonAnswers: values that mean "no answer" (99, -1): kept out of scores, never counted.
	NonAnswers []float64 `json:"non_answers,omitempty" yaml:"non_answers,omitempty"`
	Direction  Direction `json:"direction" yaml:"direction"`
	// Top: first value of the top boxes in the metric's direction (CSAT 1–5: 4). nil: no top boxes.
	Top *float64 `json:"top,omitempty" yaml:"top,omitempty"`
	// Bottom: last value of the bottom boxes (NPS: 6). nil: the complement of Top.
	Bottom *float64 `json:"bottom,omitempty" yaml:"bottom,omitempty"`
	Aspect bool     `json:"aspect,omitempty" yaml:"aspect,omitempty"`
	// Counts says what is counted: "" scores that people gave, or what became of invitations (see InvitationMetrics).
	Counts Counted `json:"counts,omitempty" yaml:"counts,omitempty"`
	// Retired: no longer offered; what was scored stays.
	Retired bool `json:"retired,omitempty" yaml:"retired,omitempty"`
}

// Counted is what a metric counts.
type Counted string

// Invitations: yes (1) or no (0) of each invitation, told by Vigie; nobody scores it.
const Invitations Counted = "invitations"

// What is told of an invitation. Each is said of some invitations only: that they are the denominator.
const (
	InvitationAnswered  MetricID = "invitation_answered"  // of those delivered, where an answer can be known
	InvitationDelivered MetricID = "invitation_delivered" // of those sent
	InvitationBounced   MetricID = "invitation_bounced"   // of those sent
	InvitationWithheld  MetricID = "invitation_withheld"  // of those that a rule wanted to put
)

// InvitationMetrics gives the metrics over invitations that there are.
func InvitationMetrics() []MetricID {
	return []MetricID{InvitationAnswered, InvitationDelivered, InvitationBounced, InvitationWithheld}
}

// Points gives the number of points of the scale.
func (m Metric) Points() int { return int((m.Max-m.Min)/m.step()+0.5) + 1 }

func (m Metric) step() float64 {
	if m.Step == 0 {
		return 1
	}
	return m.Step
}

// SameScale tells whether two metrics count the same points: their scores then mean the same.
func (m Metric) SameScale(other Metric) bool {
	return m.Min == other.Min && m.Max == other.Max && m.step() == other.step()
}

// Formula kinds. Each is computed from one additive histogram value → n.
type Formula string

const (
	NetShare Formula = "net_share" // % of top boxes − % of bottom boxes, in points, −100…100
	TopShare Formula = "top_share" // % of top boxes, 0…100
	Mean     Formula = "mean"      // mean of the scale's values
	Median   Formula = "median"
	Ratio    Formula = "ratio" // numerator ÷ denominator × Per, of two counted sets
	Sum      Formula = "sum"
)

// Indicator is a named, governed figure. It fixes its metric, program and audience.
type Indicator struct {
	Key      IndicatorID `json:"key" yaml:"key"`
	Name     Text        `json:"name" yaml:"name"`
	Short    Text        `json:"short,omitempty" yaml:"short,omitempty"` // "NPS", "CSAT": beside a figure
	Metric   MetricID    `json:"metric" yaml:"metric"`
	Formula  Formula     `json:"formula" yaml:"formula"`
	Program  Program     `json:"program" yaml:"program"`
	Audience Audience    `json:"audience" yaml:"audience"`
	// Why it is followed and which decision it serves, who owns it, who sees it.
	Why      Text     `json:"why,omitempty" yaml:"why,omitempty"`
	Decision Text     `json:"decision,omitempty" yaml:"decision,omitempty"`
	Owner    string   `json:"owner,omitempty" yaml:"owner,omitempty"`
	Roles    []string `json:"roles,omitempty" yaml:"roles,omitempty"` // empty: everybody

	Objective *float64 `json:"objective,omitempty" yaml:"objective,omitempty"` // in the figure's unit
	Threshold *float64 `json:"threshold,omitempty" yaml:"threshold,omitempty"` // crossed: storm
	// MinN under which nothing is concluded (0 is read as 30); MaxWidth of the interval beyond which neither (0: none).
	MinN     int     `json:"min_n,omitempty" yaml:"min_n,omitempty"`
	MaxWidth float64 `json:"max_width,omitempty" yaml:"max_width,omitempty"`
	// Top and Bottom override the metric's boxes when set (CSAT in the form of this company).
	Top    *float64 `json:"top,omitempty" yaml:"top,omitempty"`
	Bottom *float64 `json:"bottom,omitempty" yaml:"bottom,omitempty"`
	// Ratio only: the values of the metric that make the numerator; every other answer is in the denominator.
	Numerator []float64 `json:"numerator,omitempty" yaml:"numerator,omitempty"`
	Per       float64   `json:"per,omitempty" yaml:"per,omitempty"` // Ratio: 100 for %, 1000 for ‰ (0 is read as 100)
	// Retired: no longer offered; its past figures may still be asked.
	Retired bool `json:"retired,omitempty" yaml:"retired,omitempty"`
}

// SeenBy tells whether the indicator is for a role. Who governs indicators sees them all: that is the caller's to say.
func (i Indicator) SeenBy(role string) bool {
	return len(i.Roles) == 0 || slices.Contains(i.Roles, role)
}
