package demo

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

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
