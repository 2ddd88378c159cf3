package cx

// Mood is how good one answer is, in words that hold on every scale.
type Mood int

const (
	Poor     Mood = iota + 1 // 0–6 on 0–10, 1–2 on 1–5, 1–3 on 1–7
	Middling                 // 7–8, 3, 4
	Good
)

// MoodOf tells how good a point of the metric's scale is, in its direction. On scales of eleven points and more what is
// recommended begins high (7 and 8 are lukewarm); shorter ones have a middle.
func (m Metric) MoodOf(point int64) Mood {
	width := m.Max - m.Min
	if width <= 0 {
		return Good
	}
	up := (m.Raw(point) - m.Min) / width
	if m.Direction == LowerBetter {
		up = 1 - up
	}
	middling, good := 0.5, 0.6
	if m.Points() > 10 {
		middling, good = 0.7, 0.85
	}
	const slack = 1e-9
	switch {
	case up < middling-slack:
		return Poor
	case up < good-slack:
		return Middling
	}
	return Good
}
