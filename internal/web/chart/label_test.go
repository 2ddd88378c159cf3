package chart

import "testing"

func TestTheWordOfTheObjectiveStandsWhereNoTrendPasses(t *testing.T) {
	objective := 80.0
	for _, c := range []struct {
		name, want string
		values     []float64
	}{
		{"crossing at both ends", "end", []float64{95, 70, 81, 79, 85, 75}},
		{"close at the end, far above at the start", "insideStartBottom", []float64{95, 90, 81, 79, 80, 80}},
		{"below all along", "insideEndTop", []float64{70, 70, 70, 70, 60, 60}},
		{"above at the end, close at the start", "insideEndBottom", []float64{80, 79, 80, 82, 95, 95}},
	} {
		var points []Point
		for _, v := range c.values {
			points = append(points, Point{Value: v})
		}
		if got := (Line{Series: []Series{{Points: points}}, Objective: &objective}).objectiveSide(); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
