package demo

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
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

// register gives the parts the hand of somebody: careful, quick, thumbs on a phone, furious, without accents.
func (w *writer) register(parts []string) string {
	t, m := w.t, w.m
	hand := t.r.Float64()
	if m.by == "sms_reply" || m.by == "sms" {
		hand += 0.28
	}
	switch {
	case m.by == "ivr" || m.by == "paper" || hand < 0.56:
		return sentences(parts, true, ending(t, m))
	case hand < 0.76:
		return sentences(parts, t.r.Float64() < 0.4, "")
	case hand < 0.86:
		return typo(t, sentences(parts, true, ending(t, m)))
	case hand < 0.94:
		return plain(sentences(parts, t.r.Float64() < 0.5, ""))
	case m.tone == unhappy && t.r.Float64() < 0.35:
		return loud(t, sentences(parts, true, " !!!"))
	case m.lang == "fr":
		return texting(sentences(parts, false, ""))
	}
	return sentences(parts, false, "")
}

func ending(t *teller, m *moment) string {
	switch u := t.r.Float64(); {
	case u < 0.12 && m.lang == "fr":
		return " !"
	case u < 0.12:
		return "!"
	case u < 0.17 && m.tone == unhappy:
		return "..."
	case u < 0.3:
		return ""
	}
	return "."
}

var tidy = strings.NewReplacer(" , ", ", ", " ,", ",", "?, ", "? ", "!, ", "! ")

// sentences joins the parts: a greeting takes a comma, the rest a full stop.
func sentences(parts []string, capitals bool, end string) string {
	var b strings.Builder
	for i, p := range parts {
		p = strings.TrimSpace(tidy.Replace(p))
		if p == "" {
			continue
		}
		joined := i > 0 && (parts[i-1] == "bonjour" || parts[i-1] == "hello")
		switch {
		case joined:
			b.WriteString(", ")
		case i > 0 && strings.ContainsRune("?!.", lastRune(parts[i-1])):
			b.WriteString(" ")
		case i > 0 && capitals:
			b.WriteString(". ")
		case i > 0:
			b.WriteString(", ")
		}
		if capitals && !joined {
			p = capital(p)
		}
		b.WriteString(p)
	}
	s := b.String()
	if s != "" && !strings.ContainsRune("?!.", lastRune(s)) {
		s += end
	}
	return s
}

func lastRune(s string) rune { r, _ := utf8.DecodeLastRuneInString(s); return r }

func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if r == '"' {
		q, m := utf8.DecodeRuneInString(s[n:])
		return `"` + string(unicode.ToUpper(q)) + s[n+m:]
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

var textese = strings.NewReplacer("rendez-vous", "rdv", "quand ", "qd ", "toujours", "tjs", "beaucoup", "bcp", "pour ", "pr ", "avec ", "avc ",
	"c'est", "c", "j'ai", "jai", "c'était", "cétait", "problème", "pb", "aujourd'hui", "ajd", "vous ", "vs ", "dans ", "ds ", "jamais", "jms",
	"parce que", "pcq", "merci", "mci", "téléphone", "tel", "minutes", "min", "technicien", "tech", "semaines", "sem", "est-ce que", "esk", "qu'", "k ")

// texting writes as one texts.
func texting(s string) string { return strings.ToLower(textese.Replace(s)) }

// loud shouts one word, or everything.
func loud(t *teller, s string) string {
	words := strings.Split(s, " ")
	if len(words) < 9 {
		return strings.ToUpper(s)
	}
	at := t.r.IntN(len(words) - 2)
	for i := at; i < at+2; i++ {
		words[i] = strings.ToUpper(words[i])
	}
	return strings.Join(words, " ")
}

// slips of the ear, as people spell.
var slips = [][2]string{{"ça ", "sa "}, {" à ", " a "}, {"toujours", "toujour"}, {"rendez-vous", "rendez vous"}, {"accueil", "acceuil"},
	{"connexion", "connection"}, {"m'a ", "ma "}, {"était ", "étais "}, {"quand même", "quant même"}, {"personne", "persone"},
	{"professionnel", "professionel"}, {"remboursé", "rembourser"}, {"jamais", "jamai"}, {"appel", "apel"}, {"c'est ", "c est "},
	{"intervention", "intervension"}, {"attendu", "attendus"}, {"résilié", "résilier"}, {"vraiment", "vraiement"}}

// typo slips once or twice, as ears and fingers do: a word as it sounds, a letter lost or swapped, an apostrophe forgotten.
func typo(t *teller, s string) string {
	at := t.r.IntN(len(slips))
	for i := range slips {
		w := slips[(at+i)%len(slips)]
		if strings.Contains(s, w[0]) {
			s = strings.Replace(s, w[0], w[1], 1)
			if t.r.Float64() < 0.7 {
				return s
			}
			break
		}
	}
	r := []rune(s)
	for range 1 + t.r.IntN(2) {
		if len(r) < 12 {
			break
		}
		i := 2 + t.r.IntN(len(r)-5)
		if !unicode.IsLower(r[i]) || !unicode.IsLower(r[i+1]) || !unicode.IsLower(r[i-1]) {
			continue
		}
		switch t.r.IntN(3) {
		case 0:
			r = append(r[:i], r[i+1:]...)
		case 1:
			r[i], r[i+1] = r[i+1], r[i]
		default:
			return strings.Replace(string(r), "'", "", 1)
		}
	}
	return string(r)
}

// slot gives a detail of the moment, "-" when it has none. {if:effect} and {unless:effect} are nothing, where the effect
// is lived or is not.
func (w *writer) slot(name string) string {
	t, m := w.t, w.m
	if word, key, ok := strings.Cut(name, ":"); ok {
		if t.lived(key, m.place) == (word == "if") {
			return ""
		}
		return "-"
	}
	switch name {
	case "town":
		return w.s.places[m.place].Town
	case "name":
		return w.once(name, func() string { return w.adviser() })
	case "partner":
		return t.partnerOf(m.place).Name
	case "civ", "last", "e":
		return w.self(name)
	case "years":
		if m.tenure < 24 {
			return "-"
		}
		return strconv.Itoa(m.tenure / 12)
	case "os":
		return [2]string{"Android", "iPhone"}[m.os]
	case "version":
		return "5." + strconv.Itoa(m.minor)
	case "rival", "phone", "men":
		l := w.s.lists[name]
		return w.once(name, func() string { return l[t.r.IntN(len(l))] })
	case "hour", "hour2":
		return w.clock(name == "hour")
	case "date", "month", "day", "day2", "year":
		return w.calendar(name)
	}
	return w.number(name)
}

func (w *writer) once(name string, draw func() string) string {
	v, ok := w.named[name]
	if !ok {
		v = draw()
		w.named[name] = v
	}
	return v
}

// adviser: the name of who served when it is known and a woman's; somebody's otherwise.
func (w *writer) adviser() string {
	m := w.m
	if m.agent != nil {
		if !m.agent.woman {
			return "-"
		}
		return m.agent.first
	}
	l := w.s.lists["women"]
	return l[w.t.r.IntN(len(l))]
}

func (w *writer) self(name string) string {
	m := w.m
	if name == "e" {
		if m.who.woman {
			return "e"
		}
		return ""
	}
	if m.id <= 0 {
		return "-"
	}
	_, last := w.s.nameOf(m.who)
	if name == "last" {
		return last
	}
	switch {
	case m.lang == "en" && m.who.woman:
		return "Mrs"
	case m.lang == "en":
		return "Mr"
	case m.who.woman:
		return "Mme"
	}
	return "M."
}

func (w *writer) clock(first bool) string {
	t, m := w.t, w.m
	if first {
		w.hour = 8 + t.r.IntN(5)
	} else {
		w.hour = max(w.hour, 9) + 2 + t.r.IntN(4)
	}
	if m.lang == "en" {
		return strconv.Itoa((w.hour-1)%12+1) + map[bool]string{true: "am", false: "pm"}[w.hour < 12]
	}
	return strconv.Itoa(w.hour) + []string{"h", "h", "h30", " h", "h15", "h00"}[t.r.IntN(6)]
}

var (
	months = map[string][]string{
		"fr": {"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"},
		"en": {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}}
	days = map[string][]string{"fr": {"lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"}, "en": {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}}
)

func (w *writer) calendar(name string) string {
	t, m := w.t, w.m
	lang := m.lang
	if lang == "staff" {
		lang = "fr"
	}
	switch name {
	case "year":
		return strconv.Itoa(m.at.Year())
	case "day":
		return days[lang][t.r.IntN(3)]
	case "day2":
		return days[lang][3+t.r.IntN(3)]
	}
	past := m.at.AddDate(0, 0, -3-t.r.IntN(30))
	month := months[lang][past.Month()-1]
	switch {
	case name == "month":
		return months[lang][m.at.AddDate(0, -1-t.r.IntN(3), 0).Month()-1]
	case lang == "en":
		return month + " " + strconv.Itoa(past.Day())
	case t.r.Float64() < 0.4:
		return past.Format("02/01")
	case past.Day() == 1:
		return "1er " + month
	}
	return strconv.Itoa(past.Day()) + " " + month
}

// ranges of the numbers people cite, both ends included.
var ranges = map[string][2]int{"small": {3, 19}, "more": {52, 98}, "bill": {112, 684}, "min": {6, 58}, "days": {3, 19}, "weeks": {2, 6},
	"times": {2, 6}, "months": {2, 22}, "hours": {3, 47}, "hours2": {2, 3}, "min2": {5, 15}, "times2": {2, 3}, "age": {68, 84}, "km": {11, 48}, "pages": {4, 14}}

func (w *writer) number(name string) string {
	t := w.t
	if name == "amount" {
		return []string{"19", "29", "39", "45", "49", "50", "59", "69", "89", "29,99", "34,90", "44,99", "89,90"}[t.r.IntN(13)]
	}
	b, ok := ranges[name]
	if !ok {
		return "-"
	}
	n := b[0] + t.r.IntN(b[1]-b[0]+1)
	if name == "min" && t.r.Float64() < 0.6 {
		n = (n + 4) / 5 * 5
	}
	return strconv.Itoa(n)
}
