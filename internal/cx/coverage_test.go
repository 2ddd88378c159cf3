package cx

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

var table = flag.Bool("table", false, "study every scale and size and print the coverage table of docs/statistics.md")

// sizes at which coverage is shown. Exact (all outcomes enumerated) everywhere but for means from 100 answers, which
// are drawn 40,000 times with a fixed seed.
var sizes = []int{5, 7, 10, 15, 20, 30, 50, 100, 300}

// tally gathers the coverage of the populations of a grid, in per cent, at one size.
type tally struct {
	n           int
	populations int
	sum, min    float64
	worst       string
}

func (c *tally) add(coverage float64, population string) {
	if c.populations == 0 || coverage < c.min {
		c.min, c.worst = coverage, population
	}
	c.populations++
	c.sum += coverage
}

func (c *tally) mean() float64 { return c.sum / float64(c.populations) }

// hold fails the test where the published criterion is missed.
func (c *tally) hold(t *testing.T, what string) {
	t.Helper()
	least := 88.0
	if c.n >= 10 {
		least = 92
	}
	if math.Abs(c.mean()-95) > 1.5 || c.min < least {
		t.Errorf("%s, n = %d: mean %.2f %%, least %.2f %% (%s)", what, c.n, c.mean(), c.min, c.worst)
	}
	if *table {
		fmt.Printf("| %s | %d | %d | %.1f | %.1f | %s |\n", what, c.populations, c.n, c.mean(), c.min, c.worst)
	}
}

func newTallies() []*tally {
	var out []*tally
	for _, n := range sizes {
		out = append(out, &tally{n: n})
	}
	return out
}

func (i interval) covers(truth float64) bool { return i.low <= truth+1e-9 && truth <= i.high+1e-9 }

func logFactorial(n int) float64 { f, _ := math.Lgamma(float64(n) + 1); return f }

// Shares from 2 to 98 %, by 1 %.
func TestCoverageOfShares(t *testing.T) {
	for _, c := range newTallies() {
		coverShares(c)
		c.hold(t, "share")
	}
	for n := 5; n < 200; n++ { // the published sizes are not chosen ones
		c := &tally{n: n}
		if coverShares(c); math.Abs(c.mean()-95) > 1.5 || c.min < 88 || n >= 10 && c.min < 92 {
			t.Errorf("share, n = %d: mean %.2f %%, least %.2f %% (%s)", n, c.mean(), c.min, c.worst)
		}
	}
}

func coverShares(c *tally) {
	s := NewSpec(Indicator{Formula: TopShare}, Metric{Max: 1, Top: at(1)})
	var figures []Figure
	for k := 0; k <= c.n; k++ {
		var h Histogram
		h.Add(0, int64(c.n-k))
		h.Add(1, int64(k))
		figures = append(figures, s.Figure(h))
	}
	for percent := 2; percent <= 98; percent++ {
		p, covered := float64(percent)/100, 0.0
		for k, f := range figures {
			if (interval{f.Low, f.High}).covers(100 * p) {
				odds := logFactorial(c.n) - logFactorial(k) - logFactorial(c.n-k)
				covered += math.Exp(odds + float64(k)*math.Log(p) + float64(c.n-k)*math.Log1p(-p))
			}
		}
		c.add(100*covered, fmt.Sprintf("%d %%", percent))
	}
}

// NPS of every mix of promoters, passives and detractors by 5 %, each at least 5 %.
func TestCoverageOfNetShares(t *testing.T) {
	for _, c := range newTallies() {
		if c.n > 100 && !*table {
			continue
		}
		coverNetShares(c)
		c.hold(t, "NPS")
	}
}

func coverNetShares(c *tally) {
	type outcome struct{ promoters, detractors int }
	figures, odds := map[outcome]Figure{}, map[outcome]float64{}
	for p := 0; p <= c.n; p++ {
		for d := 0; p+d <= c.n; d++ {
			o, rest := outcome{p, d}, c.n-p-d
			figures[o] = npsOf(int64(p), int64(rest), int64(d))
			odds[o] = logFactorial(c.n) - logFactorial(p) - logFactorial(d) - logFactorial(rest)
		}
	}
	for promoters := 5; promoters <= 90; promoters += 5 {
		for detractors := 5; promoters+detractors <= 95; detractors += 5 {
			p, d := float64(promoters)/100, float64(detractors)/100
			lp, ld, lr, covered := math.Log(p), math.Log(d), math.Log(1-p-d), 0.0
			for o, f := range figures {
				if (interval{f.Low, f.High}).covers(100 * (p - d)) {
					rest := float64(c.n - o.promoters - o.detractors)
					covered += math.Exp(odds[o] + float64(o.promoters)*lp + float64(o.detractors)*ld + rest*lr)
				}
			}
			c.add(100*covered, fmt.Sprintf("%d %% promoters, %d %% detractors", promoters, detractors))
		}
	}
}

// population of a rating scale: a beta-binomial, that is a mean (place on the scale, 0…1) and how far people disagree
// (0: a hump, towards 1: two heaps at the ends). It has the humps, slopes, J and U shapes that ratings come in.
type population struct {
	mean, disagreement float64
	odds               []float64
}

func newPopulation(points int, mean, disagreement float64) population {
	n, total := float64(points-1), (1-disagreement)/disagreement
	a, b := mean*total, (1-mean)*total
	p := population{mean: mean * n, disagreement: disagreement}
	for i := range points {
		x := float64(i)
		choose := logFactorial(points-1) - logFactorial(i) - logFactorial(points-1-i)
		p.odds = append(p.odds, math.Exp(choose+logBeta(x+a, n-x+b)-logBeta(a, b)))
	}
	return p
}

func logBeta(a, b float64) float64 {
	x, _ := math.Lgamma(a)
	y, _ := math.Lgamma(b)
	z, _ := math.Lgamma(a + b)
	return x + y - z
}

// populations of the grid: means from 5 to 50 % of the scale (the rest is their mirror), disagreement 0.05 to 0.8.
func populations(points int) []population {
	var out []population
	for _, mean := range []float64{0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5} {
		for _, disagreement := range []float64{0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8} {
			out = append(out, newPopulation(points, mean, disagreement))
		}
	}
	return out
}

func (p population) String() string {
	place := p.mean / float64(len(p.odds)-1)
	return fmt.Sprintf("mean at %.0f %%, disagreement %.2g", 100*place, p.disagreement)
}

// covers tells whether the interval of n answers from 0 with that sum and sum of squares holds the mean.
func (p population) covers(n, sum, squares float64) bool {
	last := int64(len(p.odds) - 1)
	mean := (sum + pseudo*float64(last)/2) / (n + pseudo)
	return drawnInterval(drawn{mean, squares - 2*mean*sum + n*mean*mean, n}, 0, last).covers(p.mean)
}

func TestCoverageOfMeans(t *testing.T) {
	scales, exact := []int{3, 5, 11}, 15
	if *table {
		scales, exact = []int{3, 4, 5, 7, 11}, 50
	}
	for _, points := range scales {
		tallies := newTallies()
		for _, p := range populations(points) {
			p.enumerate(tallies, exact)
			if *table {
				p.draw(tallies, exact)
			}
		}
		for _, c := range tallies {
			if c.populations > 0 {
				c.hold(t, fmt.Sprintf("mean of %d points", points))
			}
		}
	}
}

// A scale of 0 to 100 is too long to enumerate.
func TestCoverageOfMeansOfALongScale(t *testing.T) {
	if !*table {
		t.Skip("drawn with -table only")
	}
	tallies := newTallies()
	for _, p := range populations(101) {
		p.draw(tallies, 0)
	}
	for _, c := range tallies {
		c.hold(t, "mean of 101 points")
	}
}

// enumerate adds the exact coverage at every size up to most: the interval depends on the answers by their sum and
// sum of squares only, whose joint law is built answer by answer.
func (p population) enumerate(tallies []*tally, most int) {
	last := len(p.odds) - 1
	width := most*last*last + 1
	now, next := make([]float64, width*(most*last+1)), make([]float64, width*(most*last+1))
	now[0] = 1
	for n := 1; n <= most; n++ {
		for sum := 0; sum <= (n-1)*last; sum++ {
			for squares := sum; squares <= sum*last; squares++ {
				odds := now[sum*width+squares]
				now[sum*width+squares] = 0
				if odds < 1e-15 {
					continue
				}
				for x, q := range p.odds {
					next[(sum+x)*width+squares+x*x] += odds * q
				}
			}
		}
		now, next = next, now
		for _, c := range tallies {
			if c.n == n {
				c.add(100*p.covered(now, n, width), p.String())
			}
		}
	}
}

func (p population) covered(odds []float64, n, width int) float64 {
	covered, last := 0.0, len(p.odds)-1
	for sum := 0; sum <= n*last; sum++ {
		for squares := sum; squares <= sum*last; squares++ {
			if q := odds[sum*width+squares]; q > 0 && p.covers(float64(n), float64(sum), float64(squares)) {
				covered += q
			}
		}
	}
	return covered
}

// draw adds the simulated coverage at every size above least, of 40,000 samples.
func (p population) draw(tallies []*tally, least int) {
	const samples = 40_000
	random := rand.New(rand.NewPCG(20260101, uint64(len(p.odds))))
	guide := p.guide()
	hits := make([]int, len(tallies))
	for range samples {
		sum, squares, n := 0, 0, 0
		for i, c := range tallies {
			for ; n < c.n; n++ {
				x := guide.pick(random.Float64())
				sum, squares = sum+x, squares+x*x
			}
			if p.covers(float64(n), float64(sum), float64(squares)) {
				hits[i]++
			}
		}
	}
	for i, c := range tallies {
		if c.n > least {
			c.add(100*float64(hits[i])/samples, p.String())
		}
	}
}

// guide finds a point by its cumulated odds, from a first guess.
type guide struct {
	cumulated []float64
	start     [1024]int
}

func (p population) guide() *guide {
	g, sum := &guide{}, 0.0
	for _, q := range p.odds {
		sum += q
		g.cumulated = append(g.cumulated, sum)
	}
	g.cumulated[len(g.cumulated)-1] = 1
	x := 0
	for i := range g.start {
		for g.cumulated[x] < float64(i)/float64(len(g.start)) {
			x++
		}
		g.start[i] = x
	}
	return g
}

func (g *guide) pick(u float64) int {
	x := g.start[int(u*float64(len(g.start)))]
	for g.cumulated[x] <= u && x < len(g.cumulated)-1 {
		x++
	}
	return x
}

// The joint law of sum and sum of squares must be that of the figures we publish.
func TestCoverageIsThatOfTheFigures(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	five := Metric{Max: 4}
	p := newPopulation(5, 0.3, 0.4)
	for range 500 {
		var h Histogram
		sum, squares, n := 0, 0, 1+random.IntN(40)
		for range n {
			x := random.IntN(5)
			h.Add(int64(x), 1)
			sum, squares = sum+x, squares+x*x
		}
		f := NewSpec(Indicator{Formula: Mean}, five).Figure(h)
		if got := p.covers(float64(n), float64(sum), float64(squares)); got != (interval{f.Low, f.High}).covers(p.mean) {
			t.Fatalf("%v: covers %v, figure %+v", h, got, f)
		}
	}
	sum, mean := 0.0, 0.0
	for x, q := range p.odds {
		sum, mean = sum+q, mean+q*float64(x)
	}
	if math.Abs(sum-1) > 1e-12 || math.Abs(mean-p.mean) > 1e-12 {
		t.Errorf("odds add up to %v, their mean is %v, said %v", sum, mean, p.mean)
	}
}
