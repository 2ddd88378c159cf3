package cx_test

import (
	"testing"

	"vigie/internal/cx"
)

func TestMoodsOfEachScale(t *testing.T) {
	for name, c := range map[string]struct {
		m    cx.Metric
		want string // from the first point on
	}{
		"recommendation": {cx.Metric{Min: 0, Max: 10, Direction: cx.HigherBetter}, "ppppppp" + "mm" + "gg"},
		"five":           {cx.Metric{Min: 1, Max: 5, Direction: cx.HigherBetter}, "ppmgg"},
		"effort":         {cx.Metric{Min: 1, Max: 5, Direction: cx.LowerBetter}, "ggmpp"},
		"seven":          {cx.Metric{Min: 1, Max: 7, Direction: cx.HigherBetter}, "pppmggg"},
		"four":           {cx.Metric{Min: 1, Max: 4, Direction: cx.HigherBetter}, "ppgg"},
		"smileys":        {cx.Metric{Min: 1, Max: 3, Direction: cx.HigherBetter}, "pmg"},
		"yes or no":      {cx.Metric{Min: 0, Max: 1, Direction: cx.HigherBetter}, "pg"},
	} {
		got := ""
		for n := range c.m.Points() {
			got += string(" pmg"[c.m.MoodOf(int64(c.m.Min)+int64(n))])
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
