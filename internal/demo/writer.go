package demo

import (
	"unicode"
)

// maxRepeat is how many times the story may hold the same words (case and punctuation aside).
const maxRepeat = 9

// writer composes verbatims out of fragments, in a register, and never the same one too often.
type writer struct {
	s    *Story
	t    *teller
	m    *moment // of which it is writing
	seen map[uint64]uint8
	buf  []byte
	hour int // of the last {hour} written
	// One verbatim speaks of one adviser and one competitor.
	named map[string]string
}

func newWriter(t *teller) *writer {
	return &writer{s: t.s, t: t, named: map[string]string{}, seen: map[uint64]uint8{}, buf: make([]byte, 0, 512)}
}

// verbatim writes what a customer says of a moment; "" when everything short was already said too often.
func (w *writer) verbatim(m *moment) string {
	w.m = m
	for try := range 8 {
		clear(w.named)
		s := w.register(w.compose(try))
		if s != "" && w.fresh(s) {
			return s
		}
	}
	return ""
}

// staff writes what an employee says of their own work.
func (w *writer) staff(section string, tn tone, place int) string {
	w.m = &moment{place: place, lang: "staff", tone: tn, at: w.t.date, by: "web"}
	for range 8 {
		parts := w.take(nil, section, tn, 1)
		if w.t.r.Float64() < 0.3 {
			parts = w.take(parts, "more", tn, 1)
		}
		if s := sentences(parts, true, "."); s != "" && w.fresh(s) {
			return s
		}
	}
	return ""
}

// fresh tells whether s may be said once more, and counts it (FNV-1a of its letters and digits).
func (w *writer) fresh(s string) bool {
	k := uint64(14695981039346656037)
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			k = (k ^ uint64(unicode.ToLower(r))) * 1099511628211
		}
	}
	if w.seen[k] >= maxRepeat {
		return false
	}
	w.seen[k]++
	return true
}

// compose puts fragments together: an opening sometimes, one to four things to say, a closing sometimes.
func (w *writer) compose(try int) []string {
	t, m := w.t, w.m
	if try == 0 && m.voice == "" && t.r.Float64() < [tones]float64{unhappy: 0.07, mixed: 0.08, content: 0.22}[m.tone] {
		return w.take(nil, "short", m.tone, 1)
	}
	var parts []string
	long := t.r.Float64()
	if t.r.Float64() < 0.3 {
		parts = w.take(parts, "open", m.tone, 1)
	}
	parts = w.body(parts, long)
	if a := w.aspect(); a != "" && t.r.Float64() < 0.2 {
		parts = w.take(parts, "aspect:"+a, m.tone, 1)
	}
	if t.r.Float64() < 0.19+0.1*float64(try) {
		parts = w.take(parts, "close", m.tone, 1)
	}
	return parts
}

func (w *writer) body(parts []string, long float64) []string {
	t, m := w.t, w.m
	section := "relational"
	if m.p != nil {
		section = m.p.key
	}
	n := 1
	switch {
	case long > 0.95 && m.tone == unhappy:
		n = 3
	case long > 0.72:
		n = 2
	}
	before := len(parts)
	if m.voice != "" {
		parts = w.take(parts, "voice:"+m.voice, m.tone, 1+n/3)
		if len(parts) > before {
			n--
		}
	}
	if m.reason != "" && m.tone != content && t.r.Float64() < 0.5 {
		parts = w.take(parts, "reason:"+m.reason, m.tone, 1)
		n = max(n-1, 0)
	}
	if len(parts) == before && m.tone == mixed && t.r.Float64() < 0.35 {
		return w.contrast(parts, section)
	}
	if n > 0 {
		parts = w.take(parts, section, m.tone, n)
	}
	return parts
}

var (
	howevers = map[string][]string{
		"fr": {"par contre ", "en revanche ", "mais ", "seul bémol : ", "dommage : ", "après, ", "le hic : "},
		"en": {"but ", "however, ", "only downside: ", "that said, ", "shame though, "}}
	moreovers = map[string][tones][]string{
		"fr": {
			unhappy: {"en plus, ", "et ", "du coup, ", "résultat : ", "bref, ", "pour couronner le tout, ", "et pour finir, ", "autre chose : "},
			mixed:   {"et ", "après, ", "sinon, ", "autre remarque : "},
			content: {"en plus, ", "et ", "d'ailleurs, ", "et aussi, ", "autre bon point : "}},
		"en": {
			unhappy: {"plus, ", "and ", "so ", "to top it off, ", "anyway, ", "on top of that, "},
			mixed:   {"and ", "also, "},
			content: {"plus, ", "and ", "also, ", "what's more, "}}}
)

// contrast says one good thing and one bad.
func (w *writer) contrast(parts []string, section string) []string {
	n := len(parts)
	parts = w.take(parts, section, content, 1)
	parts = w.take(parts, section, unhappy, 1)
	if len(parts) == n+2 {
		l := howevers[w.m.lang]
		parts[n+1] = l[w.t.r.IntN(len(l))] + parts[n+1]
	}
	return parts
}

func (w *writer) aspect() string {
	m := w.m
	if m.p == nil || m.tone == mixed || len(m.p.Aspects) == 0 {
		return ""
	}
	return m.p.Aspects[w.t.r.IntN(len(m.p.Aspects))]
}

// take adds up to n different fragments of a section; one whose details are unknown here is left.
func (w *writer) take(parts []string, section string, tn tone, n int) []string {
	t, m := w.t, w.m
	l := w.s.words[m.lang].of(section, tn)
	if len(l) == 0 {
		return parts
	}
	start, step := t.r.IntN(len(l)), 7
	if len(l)%step == 0 {
		step = 1
	}
	for i, added := 0, 0; i < len(l) && added < n; i++ {
		w.buf = w.buf[:0]
		if !w.expand(l[(start+i*step)%len(l)]) {
			continue
		}
		s := string(w.buf)
		if added > 0 && t.r.Float64() < 0.35 && m.lang != "staff" {
			c := moreovers[m.lang][tn]
			s = c[t.r.IntN(len(c))] + s
		}
		parts = append(parts, s)
		added++
	}
	return parts
}

func (w *writer) expand(f fragment) bool {
	for _, n := range f {
		switch {
		case n.choice != nil:
			if !w.expand(n.choice[w.t.r.IntN(len(n.choice))]) {
				return false
			}
		case n.slot:
			s := w.slot(n.text)
			if s == "-" {
				return false
			}
			w.buf = append(w.buf, s...)
		default:
			w.buf = append(w.buf, n.text...)
		}
	}
	return true
}

var (
	months = map[string][]string{
		"fr": {"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"},
		"en": {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}}
	days = map[string][]string{"fr": {"lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"}, "en": {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}}
)
