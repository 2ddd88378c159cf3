package lang

import (
	"math"
	"strconv"
	"strings"
)

const (
	thin  = "\u202f" // narrow no-break space
	minus = "\u2212" // the minus sign, never the hyphen
)

// Number writes f with exactly that many decimals, halves rounded away from zero.
func (l Lang) Number(f float64, decimals int) string {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return "–"
	}
	scale := math.Pow10(decimals)
	if r := math.Round(f*scale) / scale; !math.IsInf(r, 0) {
		f = r
	}
	digits := strconv.FormatFloat(math.Abs(f), 'f', decimals, 64)
	whole, rest, _ := strings.Cut(digits, ".")
	out := l.group(whole)
	if rest != "" {
		out += l.comma() + rest
	}
	if f < 0 {
		return minus + out
	}
	return out
}

// Short writes f with at most that many decimals, none that say nothing: 5,5 and 5.
func (l Lang) Short(f float64, decimals int) string {
	s := l.Number(f, decimals)
	if !strings.Contains(s, l.comma()) || decimals == 0 {
		return s
	}
	return strings.TrimSuffix(strings.TrimRight(s, "0"), l.comma())
}

// Int writes a whole number with its thousands apart.
func (l Lang) Int(n int64) string {
	if n < 0 {
		return minus + l.group(strings.TrimPrefix(strconv.FormatInt(n, 10), "-"))
	}
	return l.group(strconv.FormatInt(n, 10))
}

// Percent writes a share already in hundredths: 12.5 → "12,5 %".
func (l Lang) Percent(f float64, decimals int) string {
	if l.tag == "en" {
		return l.Number(f, decimals) + "%"
	}
	return l.Number(f, decimals) + thin + "%"
}

// Points writes a signed figure: +24, −3, 0.
func (l Lang) Points(f float64, decimals int) string {
	s := l.Number(f, decimals)
	if strings.HasPrefix(s, minus) || strings.Trim(s, "0"+l.comma()) == "" {
		return s
	}
	return "+" + s
}

func (l Lang) comma() string {
	if l.tag == "en" {
		return "."
	}
	return ","
}

// group sets the thousands of a run of digits apart.
func (l Lang) group(digits string) string {
	sep := thin
	if l.tag == "en" {
		sep = ","
	}
	if len(digits) <= 3 {
		return digits
	}
	var b strings.Builder
	for i, c := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(sep)
		}
		b.WriteRune(c)
	}
	return b.String()
}

func asFloat(v any) (float64, bool) {
	switch n := v.(type) {
	case int:
		return float64(n), true
	case int8:
		return float64(n), true
	case int16:
		return float64(n), true
	case int32:
		return float64(n), true
	case int64:
		return float64(n), true
	case uint:
		return float64(n), true
	case uint32:
		return float64(n), true
	case uint64:
		return float64(n), true
	case float32:
		return float64(n), true
	case float64:
		return n, true
	}
	return 0, false
}
