package intake

import (
	"slices"

	"vigie/internal/cx"
)

// ratings finds scores: in the built-in metrics when the column says so, otherwise in metrics of their own.
func (g *guesser) ratings() {
	var own []*guessed
	g.free(func(c *guessed) {
		if g.isNPS(c) {
			c.as("score").Key = "nps"
			return
		}
		if key := builtIn(c); key != "" {
			c.as("score").Key = key
			return
		}
		values, points := c.wordScale()
		if g.maker != "" && points == 0 {
			if ends, m, ok := c.numbered(); ok {
				own = append(own, g.endsRating(c, ends, m))
				return
			}
		}
		named := hasWord(c.words, ratingWords()...) || slices.Contains([]string{"stars", "star", "etoiles", "nombre d etoiles"}, c.words) || hasWord(c.said, "recommend", "recommander", "recommanderiez", "satisfied", "satisfait", "satisfaite", "satisfaction")
		named = named || g.maker != "" && c.asked()
		switch m, ok := c.numberScale(); {
		case points > 0:
			own = append(own, g.wordRating(c, values, points))
		case ok && named && !(g.maker != "" && c.ranked()) && !hasWord(c.words, "utile", "inutile", "useful", "helpful", "number", "nombre", "count"):
			if low, high, told := c.tells(); told && c.within(low, high) {
				m.Min, m.Max = low, high
			}
			c.rating = &m
			c.as("score")
			own = append(own, c)
		case named && c.recommends():
			c.rating = &cx.Metric{Min: 0, Max: 1}
			c.as("score").Values = c.yesNoValues()
			own = append(own, c)
		}
	})
	g.declare(own)
}

func ratingWords() []string {
	return []string{"note", "notes", "rating", "ratings", "score", "scores", "satisfaction", "nps", "csat", "ces",
		"recommend", "recommended", "recommandation", "recommande", "notation", "grade", "overall", "effort", "ressenti", "sentiment"}
}

func builtIn(c *guessed) string {
	switch {
	case hasWord(c.words, "csat") && c.within(1, 5):
		return "csat"
	case hasWord(c.words, "ces") && c.within(1, 7):
		return "ces"
	}
	return ""
}

func (g *guesser) wordRating(c *guessed, values map[string]string, points int) *guessed {
	col := c.as("score")
	col.Values = values
	if points == 5 && hasWord(c.words, "csat") {
		col.Key = "csat"
		return c
	}
	c.rating = &cx.Metric{Min: 1, Max: float64(points)}
	return c
}

// endsRating is a rating of which the ends of the scale are in words.
func (g *guesser) endsRating(c *guessed, values map[string]string, m cx.Metric) *guessed {
	col := c.as("score")
	col.Values = values
	low, high, told := c.tells()
	if told {
		m.Min, m.Max = low, high
	}
	if zero := m.Min == 0 && m.Max == 10; zero && c.recommending() {
		col.Key = "nps"
		return c
	}
	c.rating = &m
	return c
}

func (c *guessed) recommends() bool {
	return hasWord(c.words, "recommend", "recommended", "recommande", "recommandation") && c.few() && len(c.yesNoValues()) == len(c.values)
}

func (c *guessed) yesNoValues() map[string]string {
	out := map[string]string{}
	for v := range c.values {
		if yes, ok := ParseYesNo(v); ok {
			out[v] = "0"
			if yes {
				out[v] = "1"
			}
		}
	}
	return out
}

// declare makes the metrics: one main rating, the others its aspects.
func (g *guesser) declare(own []*guessed) {
	main := -1
	for i, c := range own {
		if hasWord(c.words, "overall", "global", "globale", "generale", "ensemble", "ressenti", "csat", "nps") || c.words == "note" || c.words == "score" || c.words == "rating" {
			main = i
			break
		}
	}
	for i, c := range own {
		if c.rating == nil {
			continue
		}
		aspect := main >= 0 && i != main && !hasWord(c.words, "recommend", "recommended", "recommande") && len(own) > 1
		m := ownMetric(g.metricHeader(c), *c.rating, aspect)
		c.out[0].Key = string(m.Key)
		if !aspect {
			g.m.Indicators = append(g.m.Indicators, indicatorOf(m))
		}
		g.m.Metrics = append(g.m.Metrics, m)
		if m.Min == 0 && m.Max == 10 {
			g.say(c.Name, "intake.note.not_nps")
		}
		if m.Min == 0 && m.Max == 5 && c.values["0"]+c.values["0.0"]+c.values["0,0"] > 0 {
			g.say(c.Name, "intake.note.zero_seen", "count", c.values["0"]+c.values["0.0"]+c.values["0,0"])
		}
	}
}

// indicatorOf shows a rating by its mean, a yes or no by the share of yes.
func indicatorOf(m cx.Metric) cx.Indicator {
	i := cx.Indicator{Key: cx.IndicatorID(m.Key), Name: m.Name, Metric: m.Key, Formula: cx.Mean, Audience: cx.Customers}
	if m.Max-m.Min == 1 {
		i.Formula = cx.TopShare
	}
	return i
}

// metricHeader names a metric by the wording of its question where the column is but a code ("Q3_1"); two questions of
// one file with the same wording keep their codes.
func (g *guesser) metricHeader(c *guessed) Header {
	if g.maker == "" || c.Label == c.Name {
		return c.Header
	}
	for _, o := range g.cols {
		if o != c && o.Label == c.Label {
			return Header{Name: c.Name + " " + g.m.Constants.Survey, Label: c.Label}
		}
	}
	return Header{Name: c.Label, Label: c.Label}
}
