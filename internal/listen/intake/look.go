package intake

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"hash/maphash"
	"io"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/encoding"
)

// sampleRows are the rows of a file that a page shows.
const sampleRows = 25

// Sample is what a page shows of a file without opening it again.
type Sample struct {
	Kind    Kind
	Headers []Header
	Facts   []Fact // of each column
	Rows    []Row  // the first ones
	Seen    int    // rows looked at; 20,000 at most
	Whole   bool   // there are no others
}

// Fact sums up the cells of one column.
type Fact struct {
	Filled, Distinct int
	Numeric          bool
	Min, Max, Step   float64 // of numbers; Step is 0 when they are no points of a scale
	Values           []Value // the most frequent first; at most 60
	More             bool    // there are values beyond
}

// Value is one cell's text and how often it stands there.
type Value struct {
	Text string
	N    int
}

// Look reads the first 20,000 rows of a file cut this way.
func Look(f *File, l Layout) (Sample, error) {
	if f.Kind == NDJSON {
		return lookAtLines(f)
	}
	rows, err := f.Rows(l, nil)
	if err != nil {
		return Sample{}, err
	}
	defer rows.Close()
	s := Sample{Kind: f.Kind, Headers: rows.Headers}
	profiles := make([]*profile, len(rows.Headers))
	seed := maphash.MakeSeed()
	for i := range profiles {
		profiles[i] = newProfile(seed)
	}
	for until := time.Now().Add(profileTime); s.Seen < profileRows && (s.Seen%256 > 0 || time.Now().Before(until)); s.Seen++ {
		row, err := rows.Next()
		if err == io.EOF {
			s.Whole = true
			break
		}
		if err != nil {
			return Sample{}, f.unpackError(err)
		}
		if len(s.Rows) < sampleRows {
			s.Rows = append(s.Rows, row)
		}
		for i := range profiles {
			if i < len(row.Cells) {
				profiles[i].add(row.Cells[i])
			}
		}
	}
	for _, p := range profiles {
		s.Facts = append(s.Facts, p.fact())
	}
	return s, nil
}

// longValue: what is longer is somebody's words, and no value to be mapped.
const longValue = 200

func (p *profile) fact() Fact {
	f := Fact{Filled: p.n, Distinct: p.distinct(), Numeric: p.numeric(), More: p.distinct() > len(p.values)}
	if f.Numeric {
		f.Min, f.Max = p.min, p.max
		if m, ok := p.numberScale(); ok {
			f.Step = m.Step
		}
	}
	for text, n := range p.values {
		if len(text) <= longValue {
			f.Values = append(f.Values, Value{text, n})
		} else {
			f.More = true
		}
	}
	slices.SortFunc(f.Values, func(a, b Value) int {
		if a.N != b.N {
			return b.N - a.N
		}
		return strings.Compare(a.Text, b.Text)
	})
	return f
}

// lookAtLines keeps the first objects of an NDJSON file as rows of one cell.
func lookAtLines(f *File) (Sample, error) {
	s := Sample{Kind: NDJSON}
	r, err := f.reader(nil)
	if err != nil {
		return s, err
	}
	defer r.Close()
	text := bufio.NewReaderSize(decode(r, encoding.Nop, &Mended{}), maxRecord)
	for line := 1; len(s.Rows) < sampleRows; line++ {
		b, err := text.ReadSlice('\n')
		if b = bytes.TrimSpace(b); len(b) > 0 {
			s.Rows = append(s.Rows, Row{Line: line, Cells: []string{string(b)}})
			s.Seen++
		}
		if err != nil {
			s.Whole = err == io.EOF
			break
		}
	}
	return s, nil
}

// ReasonColumn is the last column of a file of refused rows; it is no column of the file that comes back corrected.
const ReasonColumn = "vigie_reason"

// Signature names the columns of a file, whatever its rows: files of the same make have the same.
func (s Sample) Signature() string {
	h := sha256.New()
	if s.Kind == NDJSON {
		h.Write([]byte(s.Kind))
	}
	for _, c := range s.Headers {
		if c.Name != ReasonColumn {
			h.Write([]byte(c.Name + "\x00"))
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

func (s Sample) names() []string {
	var out []string
	for _, h := range s.Headers {
		out = append(out, h.Name)
	}
	return out
}

func (s Sample) column(name string) (int, bool) {
	i := slices.IndexFunc(s.Headers, func(h Header) bool { return h.Name == name })
	return i, i >= 0
}

// FactOf gives what is known of a column; the zero Fact when the file has none of that name.
func (s Sample) FactOf(column string) Fact {
	if i, ok := s.column(column); ok && i < len(s.Facts) {
		return s.Facts[i]
	}
	return Fact{}
}

// Parts are the values of a column as a map with split reads them, the most frequent first.
func (s Sample) Parts(c Column) []Value {
	f := s.FactOf(c.Column)
	if c.Split == "" {
		return f.Values
	}
	n := map[string]int{}
	var out []Value
	for _, v := range f.Values {
		for p := range strings.SplitSeq(v.Text, c.Split) {
			if p = strings.TrimSpace(p); p != "" {
				if n[p] == 0 {
					out = append(out, Value{Text: p})
				}
				n[p] += v.N
			}
		}
	}
	for i := range out {
		out[i].N = n[out[i].Text]
	}
	slices.SortStableFunc(out, func(a, b Value) int { return b.N - a.N })
	return out
}
