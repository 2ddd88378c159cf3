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

// held tells whether the published criterion holds: mean 95 ± 1.5 %, at least 88 % and, from 10 answers, 92 %.
func (c *tally) held() bool {
	least := 88.0
	if c.n >= 10 {
		least = 92
	}
	return math.Abs(c.mean()-95) <= 1.5 && c.min >= least
}

func (c *tally) String() string {
	return fmt.Sprintf("n = %d: mean %.2f %%, least %.2f %% (%s)", c.n, c.mean(), c.min, c.worst)
}

// hold fails the test where the criterion is missed, and prints the row of the table.
func hold(t *testing.T, what string, tallies []*tally) {
	t.Helper()
	for _, c := range tallies {
		if c.populations > 0 && !c.held() {
			t.Errorf("%s, %s", what, c)
		}
	}
	show(what, tallies)
}

// show prints the row of the table: mean and least coverage at each size.
func show(what string, tallies []*tally) {
	if !*table {
		return
	}
	row := "| " + what + " |"
	for _, c := range tallies {
		if c.populations == 0 {
			row += " |"
			continue
		}
		row += fmt.Sprintf(" %.1f / %.1f |", c.mean(), c.min)
	}
	fmt.Println(row)
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

// wilson is the score interval alone, which is not good enough.
func wilson(k, n float64) interval {
	const z2 = z95 * z95
	center, half := (k+z2/2)/(n+z2), z95/(n+z2)*math.Sqrt(k*(n-k)/n+z2/4)
	return interval{center - half, center + half}
}

// Shares from 2 to 98 %, by 1 %.
func TestCoverageOfShares(t *testing.T) {
	tallies, alone := newTallies(), newTallies()
	for i := range tallies {
		coverShares(tallies[i], shareInterval)
		coverShares(alone[i], wilson)
	}
	hold(t, "share", tallies)
	show("(share, Wilson alone: rejected)", alone)
	for n := 5; n < 200; n++ { // the published sizes are not chosen ones
		c := &tally{n: n}
		if coverShares(c, shareInterval); !c.held() {
			t.Errorf("share, %s", c)
		}
	}
}

func coverShares(c *tally, rule func(k, n float64) interval) {
	for percent := 2; percent <= 98; percent++ {
		p, covered := float64(percent)/100, 0.0
		for k := range c.n + 1 {
			if rule(float64(k), float64(c.n)).covers(p) {
				covered += binomial(c.n, k, p)
			}
		}
		c.add(100*covered, fmt.Sprintf("%d %%", percent))
	}
}

func binomial(n, k int, p float64) float64 {
	odds := logFactorial(n) - logFactorial(k) - logFactorial(n-k)
	return math.Exp(odds + float64(k)*math.Log(p) + float64(n-k)*math.Log1p(-p))
}

// Differences between two shares from 10 to 90 %, by 10 %, of as many answers each.
func TestCoverageOfDifferences(t *testing.T) {
	tallies := newTallies()
	for _, c := range tallies {
		if c.n <= 30 || *table && c.n <= 100 {
			coverDifferences(c)
		}
	}
	hold(t, "difference of two shares", tallies)
}

func coverDifferences(c *tally) {
	figures, odds := make([]Figure, c.n+1), make([][]float64, 10)
	for k := range figures {
		i := shareInterval(float64(k), float64(c.n))
		figures[k] = Figure{N: int64(c.n), Has: true, Value: float64(k) / float64(c.n), Low: i.low, High: i.high}
		for p := 1; p < 10; p++ {
			odds[p] = append(odds[p], binomial(c.n, k, float64(p)/10))
		}
	}
	for p := 1; p < 10; p++ {
		for q := 1; q < 10; q++ {
			covered := 0.0
			for i, a := range figures {
				for j, b := range figures {
					if d := Difference(a, b); (interval{d.Low, d.High}).covers(float64(p-q) / 10) {
						covered += odds[p][i] * odds[q][j]
					}
				}
			}
			c.add(100*covered, fmt.Sprintf("%d0 %% and %d0 %%", p, q))
		}
	}
}

// NPS of every mix of promoters, passives and detractors by 5 %, each at least 5 %.
func TestCoverageOfNetShares(t *testing.T) {
	tallies := newTallies()
	for _, c := range tallies {
		if c.n <= 100 || *table {
			coverNetShares(c)
		}
	}
	hold(t, "NPS", tallies)
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

// drawnBy gives the rule of so many pseudo-answers: the interval of n answers, from 0 to last, with that sum and sum
// of squares.
func drawnBy(pseudo float64) rule {
	return func(n, sum, squares, last float64) interval {
		mean := (sum + pseudo*last/2) / (n + pseudo)
		around := squares - 2*mean*sum + n*mean*mean
		variance := (around + pseudo*(last*(last+2)/12+(last/2-mean)*(last/2-mean))) / (n + pseudo)
		half := z95 * math.Sqrt(variance/(n+pseudo))
		return interval{mean - half, mean + half}
	}
}

type rule func(n, sum, squares, last float64) interval

// covers tells whether the interval by that rule holds the mean.
func (p population) covers(by rule, n, sum, squares int) bool {
	return by(float64(n), float64(sum), float64(squares), float64(len(p.odds)-1)).covers(p.mean)
}

func TestCoverageOfMeans(t *testing.T) {
	scales, exact := []int{3, 5, 11}, 15
	if *table {
		scales, exact = []int{3, 4, 5, 7, 11}, 50
	}
	for _, points := range scales {
		tallies := newTallies()
		for _, p := range populations(points) {
			p.enumerate(tallies, exact, drawnBy(pseudo))
			if *table {
				p.draw(tallies, exact)
			}
		}
		hold(t, fmt.Sprintf("mean of %d points", points), tallies)
	}
}

// A scale of 0 to 100 is too long to enumerate; and three pseudo-answers are too many.
func TestCoverageOfMeansOfALongScale(t *testing.T) {
	if !*table {
		t.Skip("drawn with -table only")
	}
	tallies, three := newTallies(), newTallies()
	for _, p := range populations(101) {
		p.draw(tallies, 0)
	}
	hold(t, "mean of 101 points", tallies)
	for _, p := range populations(11) {
		p.enumerate(three, 30, drawnBy(3))
	}
	show("(mean of 11 points, 3 pseudo-answers: rejected)", three)
}

// enumerate adds the exact coverage at every size up to most: the interval depends on the answers by their sum and
// sum of squares only, whose joint law is built answer by answer.
func (p population) enumerate(tallies []*tally, most int, by rule) {
	last := len(p.odds) - 1
	now, next := newLaw(most, last), newLaw(most, last)
	now.odds[0] = 1
	for n := 1; n <= most; n++ {
		for sum := 0; sum <= (n-1)*last; sum++ {
			for squares := sum; squares <= sum*last; squares++ {
				p.answer(now.odds, next.odds, sum*now.width+squares, now.width)
			}
		}
		now, next = next, now
		for _, c := range tallies {
			if c.n == n {
				c.add(100*p.covered(now, n, by), p.String())
			}
		}
	}
}

// law holds the odds of each sum (row) and sum of squares (column).
type law struct {
	width int
	odds  []float64
}

func newLaw(answers, last int) law {
	width := answers*last*last + 1
	return law{width, make([]float64, width*(answers*last+1))}
}

// answer moves the odds of one cell to the cells that one more answer leads to.
func (p population) answer(from, to []float64, cell, width int) {
	odds := from[cell]
	if from[cell] = 0; odds < 1e-15 {
		return
	}
	for x, q := range p.odds {
		to[cell+x*width+x*x] += odds * q
	}
}

func (p population) covered(l law, n int, by rule) float64 {
	covered, last := 0.0, len(p.odds)-1
	for sum := 0; sum <= n*last; sum++ {
		for squares := sum; squares <= sum*last; squares++ {
			if q := l.odds[sum*l.width+squares]; q > 0 && p.covers(by, n, sum, squares) {
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
	guide, by := p.guide(), drawnBy(pseudo)
	hits := make([]int, len(tallies))
	for range samples {
		sum, squares, n := 0, 0, 0
		for i, c := range tallies {
			for ; n < c.n; n++ {
				x := guide.pick(random.Float64())
				sum, squares = sum+x, squares+x*x
			}
			if p.covers(by, n, sum, squares) {
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

// The rule studied must be that of the figures we publish.
func TestCoverageIsThatOfTheFigures(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	spec, by := NewSpec(Indicator{Formula: Mean}, Metric{Max: 4}), drawnBy(pseudo)
	for range 500 {
		var h Histogram
		sum, squares, n := 0, 0, 1+random.IntN(40)
		for range n {
			x := random.IntN(5)
			h.Add(int64(x), 1)
			sum, squares = sum+x, squares+x*x
		}
		f := spec.Figure(h)
		want := by(float64(n), float64(sum), float64(squares), 4).within(0, 4).holding(f.Value)
		if math.Abs(f.Low-want.low) > 1e-12 || math.Abs(f.High-want.high) > 1e-12 {
			t.Fatalf("%v: studied %v, figure %+v", h, want, f)
		}
	}
}

func TestPopulationsHaveTheirMean(t *testing.T) {
	p := newPopulation(5, 0.3, 0.4)
	sum, mean := 0.0, 0.0
	for x, q := range p.odds {
		sum, mean = sum+q, mean+q*float64(x)
	}
	if math.Abs(sum-1) > 1e-12 || math.Abs(mean-p.mean) > 1e-12 {
		t.Errorf("odds add up to %v, their mean is %v, said %v", sum, mean, p.mean)
	}
}
