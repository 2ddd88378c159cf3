package sms

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Reply is what a short message from a customer says.
type Reply struct {
	// Stop: the person wants no more messages.
	Stop bool
	// Score on the scale asked, when exactly one is meant.
	Score *int
	// Doubt: there is a number, but not one score for sure ("8 ou 9", "12", "2 fois"): kept for a person to read.
	Doubt bool
	// Words: what is left once the score is taken out; "" when nothing.
	Words string
}

// Read reads the answer to a question on the scale low…high, as people write it: "10", "10/10", "dix", "8.", "9 merci!",
// "8 ou 9". A number off the scale, or two of them, is never guessed.
func Read(text string, low, high int) Reply {
	text = strings.TrimSpace(text)
	if stops(text) {
		return Reply{Stop: true}
	}
	r := Reply{}
	found := numbers(text, high)
	switch {
	case len(found) == 0:
		r.Words = text
		return r
	case len(found) == 1 && found[0].score(low, high):
		v := int(found[0].value)
		r.Score = &v
		r.Words = tidy(text[:found[0].from] + " " + text[found[0].to:])
		return r
	}
	if first := found[0]; first.leads(text) && first.score(low, high) && apart(text, found) {
		v := int(first.value)
		r.Score = &v
		r.Words = tidy(text[first.to:])
		return r
	}
	r.Doubt, r.Words = true, text
	return r
}

var stopWords = regexp.MustCompile(`(?i)^\W*(stop|stop ?sms|arret|arrêt|arreter|arrêter|unsubscribe|désabonner|desabonner|désinscription|desinscription|end|quit|cancel)\W*$|(?i)^\W*stop\b.{0,20}$`)

func stops(text string) bool { return stopWords.MatchString(text) }

type number struct {
	from, to int
	value    float64
	counted  bool // followed by what is counted ("2 fois", "3 jours"): no score unless alone on its line
}

func (n number) score(low, high int) bool {
	return !n.counted && n.value == math.Trunc(n.value) && n.value >= float64(low) && n.value <= float64(high)
}

// leads tells whether the message begins with the number.
func (n number) leads(text string) bool { return strings.TrimSpace(text[:n.from]) == "" }

var (
	digits = regexp.MustCompile(`(?:\d+(?:[.,]\d+)?)`)
	over   = regexp.MustCompile(`^\s*(?:/|sur|out of)\s*(\d+)`)
	counts = regexp.MustCompile(`(?i)^\s*(fois|jours?|heures?|h\b|min|minutes?|semaines?|mois|ans?|appels?|euros?|€|%|times|days?|hours?|weeks?|months?|years?|calls?|eme|ème|er\b|e\b|nd\b|th\b)`)
	word   = regexp.MustCompile(`[\pL]+`)
	// what joins two scores into a doubt: "8 ou 9", "7-8", "entre 6 et 7".
	joined = regexp.MustCompile(`(?i)^\s*(ou|or|à|a|et|and|-|–|/|,|voire|puis)\s*$`)
)

var spelled = map[string]int{"zero": 0, "un": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "neuf": 9, "dix": 10,
	"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "seven": 7, "eight": 8, "nine": 9, "ten": 10}

// numbers lists the numbers of a message in order. Spelled ones count only as a word of their own at its start or alone:
// "un" is also an article.
func numbers(text string, high int) []number {
	var l []number
	for _, at := range digits.FindAllStringIndex(text, -1) {
		if len(l) > 0 && at[0] < l[len(l)-1].to { // the scale of "8/10"
			continue
		}
		v, err := strconv.ParseFloat(strings.Replace(text[at[0]:at[1]], ",", ".", 1), 64)
		if err != nil {
			v = math.Inf(1)
		}
		n := number{at[0], at[1], v, counts.MatchString(text[at[1]:])}
		if m := over.FindStringSubmatchIndex(text[at[1]:]); m != nil && text[at[1]+m[2]:at[1]+m[3]] == strconv.Itoa(high) {
			n.to += m[1]
		}
		if at[0] > 0 && text[at[0]-1] == '-' && (at[0] == 1 || text[at[0]-2] == ' ') {
			n.value = -n.value
		}
		l = append(l, n)
	}
	if len(l) > 0 {
		return l
	}
	first := word.FindStringIndex(text)
	if first == nil {
		return nil
	}
	v, ok := spelled[bare(text[first[0]:first[1]])]
	rest := strings.TrimLeft(text[first[1]:], " ")
	if !ok || strings.TrimSpace(text[:first[0]]) != "" || (bare(text[first[0]:first[1]]) == "un" || bare(text[first[0]:first[1]]) == "one") && rest != "" && !strings.ContainsAny(rest[:1], ".,!;:-/\n") {
		return nil
	}
	n := number{first[0], first[1], float64(v), false}
	if m := over.FindStringIndex(text[n.to:]); m != nil {
		n.to += m[1]
	}
	l = append(l, n)
	for _, at := range word.FindAllStringIndex(text[n.to:], -1) { // "huit ou neuf"
		if other, ok := spelled[bare(text[n.to+at[0]:n.to+at[1]])]; ok && joined.MatchString(text[n.to:n.to+at[0]]) {
			l = append(l, number{n.to + at[0], n.to + at[1], float64(other), false})
		}
	}
	return l
}

// apart tells whether the numbers after the first speak of something else: counted things, or after words.
func apart(text string, l []number) bool {
	for i, n := range l[1:] {
		between := text[l[i].to:n.from]
		if joined.MatchString(between) || strings.TrimSpace(between) == "" || !n.counted && len(word.FindAllString(between, -1)) < 2 {
			return false
		}
	}
	return true
}

func bare(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(s)) {
		if r < 0x300 || r > 0x36f {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// tidy drops the punctuation that stood around a score.
func tidy(s string) string {
	return strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(s), ".,;:!/-–) "))
}
