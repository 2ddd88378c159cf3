package cx

import "math"

// Weather says at a glance how a figure stands to its objective.
type Weather string

const (
	Sun       Weather = "sun"        // objective met by the whole interval
	PartCloud Weather = "part_cloud" // objective inside the interval
	Cloud     Weather = "cloud"      // missed by the whole interval
	Storm     Weather = "storm"      // missed by more than twice the interval's margin, or threshold crossed
	Fog       Weather = "fog"        // too few answers to tell
	Unset     Weather = "unset"      // no objective to compare with
)

// WeatherOf reads a figure against its objective and threshold (nil: none), better being Spec.Better. Not Enough is
// always Fog. A threshold is crossed when the value itself is strictly beyond it; that is Storm even without objective.
// The margin is the distance from the value to the end of its interval on the side of the objective.
func WeatherOf(f Figure, objective, threshold *float64, better Direction) Weather {
	if !f.Has || !f.Enough {
		return Fog
	}
	sign := 1.0
	if better == LowerBetter {
		sign = -1
		f.Low, f.High = f.High, f.Low
	}
	value, low, high := sign*f.Value, sign*f.Low, sign*f.High
	switch {
	case threshold != nil && value < sign**threshold:
		return Storm
	case objective == nil:
		return Unset
	case low >= sign**objective:
		return Sun
	case high >= sign**objective:
		return PartCloud
	case value+2*(high-value) < sign**objective:
		return Storm
	}
	return Cloud
}

// Gap is the distance of a figure to its objective on the one scale that all indicators of a journey share: 0 is the
// objective, up is good, 1 is the whole range of the indicator.
type Gap struct {
	// Has is false when the figure has no answer, or no range and a zero objective: the rest then means nothing.
	Has              bool
	Value, Low, High float64 // Low ≤ Value ≤ High, whichever way the indicator is good
}

// Gap gives the distance of a figure of this spec to an objective. What counts as 1: the range of the figure (net
// share 200 points, share 100, ratio Per, mean and median of a rating scale max − min); of a quantity or a sum, whose
// range says nothing, the objective itself (+0.1 is 10 % better than the objective).
func (s Spec) Gap(f Figure, objective float64) Gap {
	unit := s.gapUnit(objective)
	if !f.Has || unit == 0 {
		return Gap{}
	}
	g := Gap{true, (f.Value - objective) / unit, (f.Low - objective) / unit, (f.High - objective) / unit}
	if s.Better == LowerBetter {
		g.Value, g.Low, g.High = -g.Value, -g.High, -g.Low
	}
	return g
}

func (s Spec) gapUnit(objective float64) float64 {
	if s.Formula == Sum || (s.Formula == Mean || s.Formula == Median) && !s.IsScale() {
		return math.Abs(objective)
	}
	low, high := s.Range()
	return high - low
}
