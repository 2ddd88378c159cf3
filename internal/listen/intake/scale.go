package intake

import (
	"math"
	"strconv"
	"strings"

	"vigie/internal/cx"
)

// wordScales are answers in words with their place on a scale, French and English, folded.
func wordScales() []map[string]int {
	var out []map[string]int
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
		scale := map[string]int{}
		for i, w := range strings.Fields(list) {
			scale[strings.ReplaceAll(w, "-", " ")] = i + 1
		}
		out = append(out, scale)
	}
	return out
}

// wordScale finds the scale whose words are all the values of a column, with the points of the scale.
func (p *profile) wordScale() (values map[string]string, points int) {
	if !p.few() || len(p.values) < 2 || len(p.values) > 14 {
		return nil, 0
	}
	for _, scale := range wordScales() {
		values = map[string]string{}
		for v := range p.values {
			place, ok := scale[foldWords(v)]
			if !ok {
				values = nil
				break
			}
			values[v] = strconv.Itoa(place)
		}
		if values != nil {
			return values, len(scale)
		}
	}
	return nil, 0
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
