package mail

import (
	"regexp"
	"strings"
)

var (
	sigMark = regexp.MustCompile(`^[ \t]*(--|—|––|__+|\*{3,}|={3,})[ \t]*$`)
	mobile  = regexp.MustCompile(`(?i)^[ \t]*(\(?(envoyé|sent|gesendet|von meinem|enviado|inviato) (.{0,20} )?(de|depuis|à partir|from|via|mit|von|vom|with|desde|da|iphone|ipad|handy|smartphone)\b.{0,80}|(télécharge[rz]|obtene[rz]|get|holen sie sich|download)\s+(outlook|yahoo|bluemail|spark|proton)\b.{0,80}|provenance\s*:\s*courrier pour windows.{0,20}|von meinem .{1,40} gesendet.{0,20}|sent (from|via) .{1,60})$`)
	// closings by themselves on a line
	closing = regexp.MustCompile(`(?i)^[ \t]*(très |bien |plus |meilleure?s? |most |very |best |kind(est)? |warm(est)? |many )?(cordialement|cdlt|cldt|crdlt|bav|à vous|à toi|amicalement|sincèrement|respectueusement|salutations?( distinguées| cordiales| respectueuses| sincères)?|sincères salutations|cordiales salutations|sentiments|regards|wishes|sincerely( yours)?|yours( sincerely| faithfully| truly)?|cheers|truly yours|mit freundlichen grü(ß|ss)en|freundliche grü(ß|ss)e|mit besten grü(ß|ss)en|(viele|beste|herzliche|liebe|schöne) grü(ß|ss)e|mfg|vg|lg|hochachtungsvoll|br|kr)( à (vous|toi|tous))?([ \t,]+(?-i:\p{Lu}[\p{L}'’.-]*)){0,3}[ \t]*[,.!]*$`)
	// a formula, often on two lines
	formula = regexp.MustCompile(`(?i)(agréer|recevoir|croire (en|à)|accepter|trouver ici).{0,160}(salutations|sentiments|considération|respects|hommages)`)
	// words a person means, kept where only the name below goes
	thanks  = regexp.MustCompile(`(?i)^[ \t]*(un grand |encore |many |vielen |besten )?(merci|remerciements|thanks|thank you|thx|danke|dank)\b.{0,40}[,.!]*$|^[ \t]*(bonne (journée|soirée|fin de journée|continuation|réception)|(très )?(bel|beau|belle|bon) (journée|soirée|week-?end|après-midi)|à bientôt|à vous lire|have a (nice|good|great) .{1,15}|einen? schönen .{1,15}|bis bald)[ \t]*[,.!]*$`)
	contact = regexp.MustCompile(`(?i)\+?\d[\d .()/-]{7,}\d|@|www\.|https?://|^[ \t]*(tél|tel|fax|mob|portable|gsm|mobile|phone|handy|n° (de )?client|customer (no|number|id)|réf)\b|\b\d{4,5} \p{Lu}`)
)

const signatureMost = 12 // lines

// withoutSignature cuts from a mark or a closing on, when what follows looks like a signature.
func withoutSignature(l []string) []string {
	var kept []string
	for _, s := range l {
		if !mobile.MatchString(s) {
			kept = append(kept, s)
		}
	}
	for n, s := range kept {
		if n > 0 && sigMark.MatchString(s) && card(kept[n+1:], 2*signatureMost) {
			kept = kept[:n]
			break
		}
	}
	said := false
	for n := range kept {
		if !said {
			said = says(kept[n : n+1])
			continue
		}
		if many := closes(kept[n:]); many > 0 && card(kept[n+many:], signatureMost) {
			return kept[:n]
		}
		if thanks.MatchString(kept[n]) && named(kept[n+1:]) {
			return kept[:n+1]
		}
	}
	return withoutCard(kept)
}

// closes gives how many lines, from the first, take leave; 0 for none.
func closes(l []string) int {
	if closing.MatchString(l[0]) {
		return 1
	}
	if len(l[0]) > 250 || l[0] == "" {
		return 0
	}
	if formula.MatchString(l[0]) {
		return 1
	}
	if len(l) > 1 && l[1] != "" && len(l[1]) < 250 && formula.MatchString(l[0]+" "+l[1]) {
		return 2
	}
	return 0
}

// card tells whether lines look like those of a signature: few, short, no sentence among them. Nothing is one too.
func card(l []string, most int) bool {
	n := 0
	for _, s := range l {
		if s == "" {
			continue
		}
		if n++; n > most || len([]rune(s)) > 100 || sentence(s) {
			return false
		}
	}
	return true
}

// named tells whether what follows is a name, and perhaps how to reach it.
func named(l []string) bool {
	return says(l) && card(l, signatureMost)
}

// sentence: what a person goes on to say. A question or an exclamation, or many words that are no way to reach somebody.
func sentence(s string) bool {
	s = strings.TrimSpace(s)
	words := len(strings.Fields(s))
	if strings.HasPrefix(strings.ToLower(s), "ps") || strings.HasPrefix(strings.ToLower(s), "p.s") {
		return true
	}
	if contact.MatchString(s) {
		return words > 14
	}
	return words > 2 && strings.ContainsAny(s[len(s)-1:], "?!") || words > 4 && strings.HasSuffix(s, ".") || words > 9
}

// withoutCard cuts a last paragraph that is only a name and ways to reach it: two lines or more, one of them a number or
// an address, none a sentence.
func withoutCard(l []string) []string {
	end := len(l)
	for end > 0 && l[end-1] == "" {
		end--
	}
	start := end
	for start > 0 && l[start-1] != "" {
		start--
	}
	ways := 0
	for _, s := range l[start:end] {
		if contact.MatchString(s) {
			ways++
		}
	}
	if start > 0 && end-start >= 2 && ways > 0 && card(l[start:end], signatureMost) && name.MatchString(l[start]) {
		return l[:start]
	}
	return l
}

// name: two to four words that begin with capitals.
var name = regexp.MustCompile(`^[ \t]*((M\.|Mme|Mr\.?|Mrs\.?|Ms\.?|Dr\.?|Herr|Frau) )?\p{Lu}[\p{L}'’.-]*( (\p{Lu}[\p{L}'’.-]*|de|du|von|van|der|la|le)){1,3}$`)
