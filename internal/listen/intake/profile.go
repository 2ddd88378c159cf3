package intake

import (
	"hash/maphash"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	profileRows   = 20_000
	profileSample = 2_000
	profileValues = 60
)

// profile sums up what the cells of one column look like.
type profile struct {
	n        int // cells with something
	hashes   map[uint64]struct{}
	values   map[string]int // the first 60 different ones
	sample   []string
	dot      int // numbers with decimal "."
	comma    int // numbers with decimal ","
	decimals int // commas that can only be decimal marks
	whole    int
	min, max float64
	runes    int
	spaces   int
	emails   int
	phones   int
	naWords  map[string]bool
	seed     maphash.Seed
}

func newProfile(seed maphash.Seed) *profile {
	return &profile{hashes: map[uint64]struct{}{}, values: map[string]int{}, naWords: map[string]bool{}, min: math.Inf(1), max: math.Inf(-1), seed: seed}
}

var (
	emailShape   = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]{2,}$`)
	phoneShape   = regexp.MustCompile(`^\+?[0-9][0-9 .()-]{7,18}[0-9]$`)
	commaDecimal = regexp.MustCompile(`^[+-]?[0-9]+,([0-9]{1,2}|[0-9]{4,})$`)
	nothingWords = []string{"NA", "N/A", "n/a", "na", "NULL", "null", "-", "--", "NR", "NSP", "nc", "NC", "ND", "None", "#N/A"}
)

func (p *profile) add(cell string) {
	s := strings.TrimSpace(cell)
	if s == "" {
		return
	}
	if slices.Contains(nothingWords, s) {
		p.naWords[s] = true
		return
	}
	p.n++
	p.hashes[maphash.String(p.seed, s)] = struct{}{}
	if _, ok := p.values[s]; ok || len(p.values) < profileValues {
		p.values[s]++
	}
	if len(p.sample) < profileSample {
		p.sample = append(p.sample, s)
	}
	p.runes += utf8.RuneCountInString(s)
	p.spaces += strings.Count(s, " ")
	if emailShape.MatchString(s) {
		p.emails++
	}
	if phoneShape.MatchString(s) {
		p.phones++
	}
	p.number(s)
}

func (p *profile) number(s string) {
	if len(s) > 24 {
		return
	}
	v, dot := ParseNumber(s, ".")
	w, comma := ParseNumber(s, ",")
	if dot {
		p.dot++
	}
	if comma {
		p.comma++
	}
	if commaDecimal.MatchString(s) {
		p.decimals++
	}
	if !dot {
		v = w
	}
	if dot || comma {
		p.min, p.max = min(p.min, v), max(p.max, v)
		if v == math.Trunc(v) {
			p.whole++
		}
	}
}

func (p *profile) distinct() int   { return len(p.hashes) }
func (p *profile) unique() bool    { return p.n > 1 && len(p.hashes) == p.n }
func (p *profile) numeric() bool   { return p.n > 0 && max(p.dot, p.comma) == p.n }
func (p *profile) most(k int) bool { return p.n > 0 && k*10 >= p.n*8 }
func (p *profile) length() float64 { return float64(p.runes) / float64(max(p.n, 1)) }
func (p *profile) words() float64  { return 1 + float64(p.spaces)/float64(max(p.n, 1)) }
func (p *profile) few() bool       { return p.n > 0 && len(p.hashes) <= len(p.values) }
func (p *profile) integers() bool  { return p.numeric() && p.whole == p.n }
func (p *profile) halves(s float64) bool {
	for v := range p.values {
		f, ok := ParseNumber(strings.Replace(v, ",", ".", 1), ".")
		if !ok || math.Abs(f/s-math.Round(f/s)) > 1e-9 {
			return false
		}
	}
	return true
}

// sequence tells a row counter that some tool left in the file.
func (p *profile) sequence() bool {
	return p.unique() && p.integers() && p.min >= 0 && p.max <= 10_000_000
}

// dateFormats lists the formats tried on a column, the likelier of two that fit alike first.
func dateFormatsKnown() []string {
	var out []string
	times := []string{"", " HH:mm", " HH:mm:ss", " hh:mm AM", " hh:mm:ss AM"}
	for _, day := range []string{"DD/MM/YYYY", "DD-MM-YYYY", "DD.MM.YYYY", "MM/DD/YYYY", "MM-DD-YYYY", "YYYY/MM/DD", "DD/MM/YY", "MM/DD/YY",
		"DD MMM YYYY", "MMM DD, YYYY", "MMM DD YYYY", "DD-MMM-YYYY", "DD-MMM-YY"} {
		for _, t := range times {
			out = append(out, day+t)
		}
	}
	return append([]string{"iso"}, out...)
}

// dates finds formats that together read at least nine cells in ten; mixed tells that some cells fit day-first and
// others month-first only, open that nothing says which of the two it is.
func (p *profile) dates(byHeader bool) (formats []string, mixed, open bool) {
	if p.n == 0 || !p.maybeDates(byHeader) {
		return nil, false, false
	}
	known := dateFormatsKnown()
	if byHeader && p.integers() {
		known = []string{"YYYYMMDD", "unix", "unix_ms"}
	}
	left, total := p.sample, len(p.sample)
	for len(left) > 0 && len(formats) < 4 {
		best, fits := "", 0
		for _, f := range known {
			if n := countDates(left, f); n > fits {
				best, fits = f, n
			}
		}
		if fits == 0 {
			break
		}
		formats = append(formats, best)
		left = slices.DeleteFunc(slices.Clone(left), func(s string) bool { return fitsDate(s, best) })
	}
	if (total-len(left))*10 < total*9 {
		return nil, false, false
	}
	return formats, mixedDates(formats), openDates(formats, p.sample)
}

func (p *profile) maybeDates(byHeader bool) bool {
	ok := 0
	for _, s := range p.sample[:min(len(p.sample), 100)] {
		if len(s) >= 6 && len(s) <= 40 && strings.ContainsAny(s, "0123456789") && (strings.ContainsAny(s, "/-.: ") || byHeader) {
			ok++
		}
	}
	return ok*10 >= min(len(p.sample), 100)*8 && (byHeader || !p.numeric())
}

func countDates(values []string, format string) int {
	n := 0
	for i, s := range values {
		if fitsDate(s, format) {
			n++
		}
		if i == 200 && n == 0 {
			break
		}
	}
	return n
}

func fitsDate(s, format string) bool {
	t, ok := ParseDate(s, []string{format}, time.UTC)
	return ok && t.Year() >= 1900 && t.Year() < 2200
}

func swapDayMonth(format string) string {
	switch {
	case strings.HasPrefix(format, "DD/MM"), strings.HasPrefix(format, "DD-MM-"):
		return "MM" + format[2:3] + "DD" + format[5:]
	case strings.HasPrefix(format, "MM/DD"), strings.HasPrefix(format, "MM-DD"):
		return "DD" + format[2:3] + "MM" + format[5:]
	}
	return ""
}

func mixedDates(formats []string) bool {
	for _, f := range formats {
		if s := swapDayMonth(f); s != "" && slices.Contains(formats, s) {
			return true
		}
	}
	return false
}

func openDates(formats, sample []string) bool {
	for _, f := range formats {
		if s := swapDayMonth(f); s != "" && countDates(sample, s) == countDates(sample, f) {
			return true
		}
	}
	return false
}
