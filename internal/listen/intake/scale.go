package intake

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"vigie/internal/cx"
)

// wordScales are answers in words with their place on a scale, French and English, folded.
func wordScales() []wordScale {
	var out []wordScale
	for _, list := range []string{
		"negatif neutre positif", "negative neutral positive", "mauvais moyen bon", "bad average good",
		"insatisfait neutre satisfait", "unsatisfied neutral satisfied", "dissatisfied neutral satisfied",
		"pas-du-tout-satisfait peu-satisfait satisfait tres-satisfait",
		"pas-du-tout-satisfait plutot-pas-satisfait plutot-satisfait tout-a-fait-satisfait",
		"pas-du-tout-d-accord plutot-pas-d-accord plutot-d-accord tout-a-fait-d-accord",
		"very-unsatisfied unsatisfied neutral satisfied very-satisfied",
		"very-dissatisfied dissatisfied neutral satisfied very-satisfied",
		"very-dissatisfied somewhat-dissatisfied neither-satisfied-nor-dissatisfied somewhat-satisfied very-satisfied",
		"tres-insatisfait insatisfait neutre satisfait tres-satisfait",
		"tres-insatisfait plutot-insatisfait ni-satisfait-ni-insatisfait plutot-satisfait tres-satisfait",
		"tres-mecontent mecontent neutre content tres-content",
		"strongly-disagree disagree neutral agree strongly-agree",
		"strongly-disagree disagree neither-agree-nor-disagree agree strongly-agree",
		"pas-du-tout-d-accord pas-d-accord neutre d-accord tout-a-fait-d-accord",
		"very-poor poor average good excellent", "tres-mauvais mauvais moyen bon excellent",
		"tres-mauvais mauvais moyen bon tres-bon", "terrible poor average very-good excellent",
	} {
		scale := wordScale{places: map[string]int{}}
		for i, w := range strings.Fields(list) {
			scale.places[strings.ReplaceAll(w, "-", " ")] = i + 1
		}
		scale.points = len(scale.places)
		out = append(out, scale)
	}
	return out
}

// wordScale finds the scale whose words are all the values of a column, with the points of the scale. What says that a
// person has no opinion means nothing.
func (p *profile) wordScale() (values map[string]string, points int) {
	if !p.few() || len(p.values) < 2 || len(p.values) > 14 {
		return nil, 0
	}
	for _, scale := range append(wordScales(), pairScales()...) {
		if values = scale.of(p.values); values != nil {
			return values, scale.points
		}
	}
	return nil, 0
}

// wordScale: words → their place on a scale of so many points, from 1.
type wordScale struct {
	places map[string]int
	points int
}

// of gives each value its place; nil when one has none, or fewer than two have.
func (s wordScale) of(cells map[string]int) map[string]string {
	out, placed := map[string]string{}, 0
	for v := range cells {
		w := foldWords(v)
		place, ok := s.places[w]
		if !ok {
			place, ok = s.places[strings.TrimSuffix(w, " neutral")]
		}
		switch {
		case ok:
			out[v] = strconv.Itoa(place)
			placed++
		case noOpinion(w):
			out[v] = ""
		default:
			return nil
		}
	}
	if placed < 2 {
		return nil
	}
	return out
}

func noOpinion(folded string) bool {
	return slices.Contains([]string{"unfamiliar n a", "unfamiliar", "n a", "not applicable", "don t know", "do not know", "no opinion", "no basis for evaluation", "not sure",
		"prefer not to answer", "sans opinion", "ne sait pas", "ne sais pas", "je ne sais pas", "non concerne", "nsp", "sans objet", "ne se prononce pas", "keine angabe", "weiss nicht"}, folded)
}

// pairScales are the scales made of two opposite words and their degrees, as survey tools offer them.
func pairScales() []wordScale {
	var out []wordScale
	for _, pair := range [][2]string{{"dissatisfied", "satisfied"}, {"unsatisfied", "satisfied"}, {"unfavorably", "favorably"}, {"unfavorable", "favorable"},
		{"unlikely", "likely"}, {"disagree", "agree"}, {"difficult", "easy"}, {"unimportant", "important"}, {"negative", "positive"}, {"poor", "good"}, {"uncomfortable", "comfortable"}} {
		for _, degrees := range []string{"very somewhat", "extremely somewhat", "strongly somewhat", "completely somewhat", "very =", "extremely =", "strongly =",
			"extremely moderately slightly", "very moderately slightly", "strongly = somewhat", "completely mostly somewhat", "extremely very somewhat"} {
			out = append(out, pairScale(pair, strings.Fields(degrees)))
		}
	}
	for _, word := range []string{"satisfied", "likely", "easy", "helpful", "important", "useful", "well"} {
		s := wordScale{map[string]int{}, 5}
		for i, w := range []string{"not at all", "not so", "somewhat", "very", "extremely"} {
			s.places[w+" "+word] = i + 1
		}
		s.places["slightly "+word], s.places["moderately "+word] = 2, 3
		out = append(out, s)
	}
	return out
}

// pairScale puts the degrees (strongest first, "=" for the bare word) on both sides of the middle.
func pairScale(pair [2]string, degrees []string) wordScale {
	s := wordScale{map[string]int{}, 2*len(degrees) + 1}
	middle := len(degrees) + 1
	for i, d := range degrees {
		d = strings.TrimPrefix(d+" ", "= ")
		s.places[d+pair[0]], s.places[d+pair[1]] = i+1, s.points-i
	}
	for _, m := range []string{"neutral", "neither", "neither " + pair[0] + " nor " + pair[1], "neither " + pair[1] + " nor " + pair[0],
		"neither " + pair[1] + " or " + pair[0]} {
		s.places[m] = middle
	}
	return s
}

// foldWords also forgets the feminine and the plural of French.
func foldWords(s string) string {
	words := strings.Fields(fold(s))
	for i, w := range words {
		switch w {
		case "satisfaite", "satisfaits", "satisfaites", "insatisfaite", "insatisfaits", "negative", "contente", "mecontente", "bonne", "mauvaise", "moyenne":
			words[i] = map[string]string{"satisfaite": "satisfait", "satisfaits": "satisfait", "satisfaites": "satisfait", "insatisfaite": "insatisfait",
				"insatisfaits": "insatisfait", "negative": "negative", "contente": "content", "mecontente": "mecontent", "bonne": "bon",
				"mauvaise": "mauvais", "moyenne": "moyen"}[w]
		}
	}
	return strings.Join(words, " ")
}

// numberScale guesses the scale of a rating from its values; ok is false for what is no rating.
func (p *profile) numberScale() (m cx.Metric, ok bool) {
	if !p.numeric() || !p.few() || p.min < 0 || p.max > 100 {
		return m, false
	}
	m.Step = 1
	switch {
	case p.integers():
	case p.halves(0.5):
		m.Step = 0.5
	case p.halves(0.1):
		m.Step = 0.1
	default:
		return m, false
	}
	for _, top := range []float64{1, 5, 7, 10, 20, 100} {
		if m.Max = top; p.max <= top {
			break
		}
	}
	if m.Max == 1 && (p.min > 0 || m.Step != 1) { // nothing but 1: more likely a bad note than a yes
		m.Max = 5
	}
	if (m.Max == 5 || m.Max == 7) && p.min >= 1 {
		m.Min = 1
	}
	return m, m.Points() <= 101
}

func (p *profile) within(low, high float64) bool {
	return p.integers() && p.min >= low && p.max <= high
}

// ownMetric names a metric of the file after its column and its scale, so that two scales never share a key.
func ownMetric(h Header, m cx.Metric, aspect bool) cx.Metric {
	name := h.Label
	key := Slug(headerWords(h.Name))
	ends := "-" + number(m.Min) + "-" + number(m.Max)
	if len(key)+len(ends) > 64 {
		key = strings.Trim(key[:64-len(ends)-9], "-") + "-" + shortHash(h.Name)
	}
	m.Key = cx.MetricID(key + ends)
	m.Name = cx.Text{"fr": words(name), "en": words(name)}
	m.Direction, m.Aspect = cx.HigherBetter, aspect
	if m.Step == 1 {
		m.Step = 0
	}
	if m.Max <= 10 {
		top := m.Max - math.Round((m.Max-m.Min)/5) // 1 of 0–1, 4–5 of 1–5, 8–10 of 0–10
		m.Top = &top
	}
	return m
}

// words reads a column's name as words: "staff_service_rating" → "staff service rating".
func words(s string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(s, "_", " ")), " ")
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
