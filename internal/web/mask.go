package web

import (
	"regexp"
	"strings"
	"sync"
)

// masked stands for what is not shown.
const masked = "•••"

// patterns of personal data in words: e-mail, telephone and other long numbers, and the name after a title or a role.
var patterns = sync.OnceValue(func() []*regexp.Regexp {
	const name = `\p{Lu}[\p{L}’'-]+`
	return []*regexp.Regexp{
		regexp.MustCompile(`[\p{L}\d._%+-]+@[\p{L}\d-]+(?:\.[\p{L}\d-]+)+`),
		regexp.MustCompile(`(?:\+|\b00)?\d(?:[ .\x{202f}\x{a0}-]?\d){7,}`),
		regexp.MustCompile(`\b(?:M\.|MM\.|Mr\.?|Mrs\.?|Ms\.?|Mme|Mmes|Mlle|Monsieur|Madame|Mademoiselle|Dr\.?|Docteur|Maître)\s+(` + name + `(?:\s+` + name + `)*)`),
		regexp.MustCompile(`(?i:\b(?:conseill(?:er|ère|ere)|technicien(?:ne)?|vendeu(?:r|se)|agent|collègue|adviser|advisor|technician|nommée?|prénommée?|s’appelle|s'appelle|je suis|my name is|called|named))\s+(` + name + `(?:\s+` + name + `)?)`),
		regexp.MustCompile(`(?i:\b(?:merci à|bravo à|grâce à|thanks to|thank you))\s+(` + name + `)`),
	}
})

// helped finds who is the subject of what was done for the customer: "Corinne m'a guidé".
var helped = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(\p{Lu}\p{Ll}[\p{L}-]+)(\s+(?:m['’]a|nous\s+a|a\s+su|a\s+pris|helped|was\s+very|has\s+been))`)
})

// noName are words that begin a sentence in the place of a name.
const noName = " Mme Mr Mrs Ms Mlle Monsieur Madame Mademoiselle Dr Docteur Maître Elle Il On Cela Ceci Ça Personne Quelqu Conseiller Conseillère Technicien Technicienne Vendeur Vendeuse Qui Votre Livreur Agent " +
	"Service Agence This It She He Nobody Someone Everyone Everything Technician Adviser Advisor Staff Service That Which "

// mask hides personal data, employees' names included, that stands in words.
func mask(text string) string {
	for _, p := range patterns() {
		text = p.ReplaceAllStringFunc(text, func(hit string) string {
			m := p.FindStringSubmatch(hit)
			if len(m) > 1 && strings.Contains(noName, " "+m[1]+" ") {
				return hit
			}
			if len(m) > 1 {
				return strings.TrimSuffix(hit, m[1]) + masked
			}
			return masked
		})
	}
	return helped().ReplaceAllStringFunc(text, func(hit string) string {
		m := helped().FindStringSubmatch(hit)
		if strings.Contains(noName, " "+m[1]+" ") {
			return hit
		}
		return masked + m[2]
	})
}

// maskName leaves the first name's initial: enough to tell two people apart.
func maskName(name string) string {
	var out []string
	for _, word := range strings.Fields(name) {
		out = append(out, string([]rune(word)[:1])+".")
	}
	return strings.Join(out, " ")
}
