package web

import (
	"regexp"
	"strings"
	"sync"

	"vigie/internal/cx"
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

// capitalised are the words that may be a name.
var capitalised = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\p{Lu}[\p{L}’'-]+`) })

// nameWords gives the words of names, those of three letters and less left out: they are words of every day.
func nameWords(names []string) map[string]bool {
	out := map[string]bool{}
	for _, n := range names {
		for _, word := range strings.Fields(n) {
			if len([]rune(word)) > 3 {
				out[word] = true
			}
		}
	}
	return out
}

// mask hides personal data in words, and the names that the page knows of.
func (g *ground) mask(text string) string {
	if g.hidden.clear {
		return text
	}
	text = mask(text)
	if len(g.hidden.words) == 0 {
		return text
	}
	return capitalised().ReplaceAllStringFunc(text, func(word string) string {
		if g.hidden.words[word] {
			return masked
		}
		return word
	})
}

// hiddenNames holds the words of names that a page masks, and who gave the feedback that it shows. Blocks of a page run side by side and copy its ground: this
// stays behind a pointer.
type hiddenNames struct {
	words   map[string]bool
	persons map[cx.IdentityID]cx.PersonID // nil: the words lead to nobody
	clear   bool                          // nothing is masked: what a person receives of their own
}
