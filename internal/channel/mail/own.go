package mail

import (
	"regexp"
	"strings"
)

// Own keeps of a letter's text what its writer wrote: quotes, forwarded mails, signatures and legal notices are cut (French,
// English, German). It only leaves lines out, never changes one, and never empties a text: one that is all quote, or all
// signature, stays.
func Own(text string) string {
	l := strings.Split(lines(text), "\n")
	for n := range l {
		l[n] = strings.TrimRight(l[n], " \t\u00a0\u202f")
	}
	l = collapsed(l)
	for _, cut := range []func([]string) []string{withoutQuotes, withoutNotices, withoutSignature} {
		if kept := cut(l); says(kept) {
			l = kept
		}
	}
	return strings.TrimSpace(strings.Join(collapsed(l), "\n"))
}

// says tells whether some line holds a letter, a digit or a sign that means something.
func says(l []string) bool {
	for _, s := range l {
		if strings.Trim(s, " \t\u00a0\u202f>|-_*=~") != "" {
			return true
		}
	}
	return false
}

// collapsed keeps one empty line at most between two, so that what looks ahead never looks far.
func collapsed(l []string) []string {
	var out []string
	for _, s := range l {
		if s != "" || len(out) > 0 && out[len(out)-1] != "" {
			out = append(out, s)
		}
	}
	return out
}

var (
	quoted = regexp.MustCompile(`^[ \t]*(>|\|[ \t])`)
	// « Le 3 nov. 2026 à 10:12, Filambre <avis@…> a écrit : », on one to four lines
	attribution = regexp.MustCompile(`(?i)^(le|on|am|a|in a message|dans un (courriel|message)|il|el)\b.{4,300}\b(a\s+(é|e\x{301}|e)crit|écrivait|wrote|writes|schrieb|schreibt|geschrieben|ha scritto|escribió)\b.{0,120}:\**$`)
	wroteBefore = regexp.MustCompile(`(?i)^.{1,120}<[^<>\s]+@[^<>\s]+>\s*(a\s+(é|e\x{301})crit|wrote|schrieb)\b.{0,120}:\**$`)
	// "-----Original Message-----" and its kin
	divider = regexp.MustCompile(`(?i)^[ \t]*([-_=*]{2,}\s*)(original message|message d['’]origine|message original|courriel original|e-?mail d['’]origine|ursprüngliche nachricht|originalnachricht|original-nachricht|weitergeleitete nachricht|forwarded message|message transféré|message transmis|reply message|message initial)[^\p{L}]*$|^(begin forwarded message|début du message (réexpédié|transféré)|anfang der weitergeleiteten nachricht)\s*:$`)
	// a block of fields as Outlook writes above what is answered
	fromField  = regexp.MustCompile(`(?i)^[ \t]*\**(de|from|von|expéditeur)\s*:\**\s*\S`)
	otherField = regexp.MustCompile(`(?i)^[ \t]*\**(envoyé( le)?|date|sent|gesendet|datum|à|a|to|an|objet|subject|betreff|cc|copie|importance|priorité|wichtigkeit|reply-to|répondre à|pièces? jointes?|attachments?)\s*:`)
	ruled      = regexp.MustCompile(`^[ \t]*[_]{5,}$|^[ \t]*[-]{20,}$`)
)

// withoutQuotes leaves quoted lines out, and all that follows where an older mail begins.
func withoutQuotes(l []string) []string {
	var kept []string
	for n := 0; n < len(l); {
		if quoted.MatchString(l[n]) {
			n++
			continue
		}
		if many := attributed(l[n:]); many > 0 {
			if !quoteFollows(l[n+many:]) {
				break
			}
			n += many
			continue
		}
		if olderMail(l[n:]) {
			break
		}
		kept = append(kept, l[n])
		n++
	}
	return kept
}

// attributed gives how many lines, from the first, say who wrote what follows; 0 for none.
func attributed(l []string) int {
	joined := ""
	for n := 0; n < len(l) && n < 4; n++ {
		s := strings.TrimSpace(strings.ReplaceAll(strings.ReplaceAll(l[n], "\u00a0", " "), "\u202f", " "))
		if s == "" || quoted.MatchString(l[n]) {
			return 0
		}
		joined = strings.TrimSpace(joined + " " + s)
		if len(joined) > 500 {
			return 0
		}
		if strings.HasSuffix(joined, ":") || strings.HasSuffix(joined, ":*") {
			if attribution.MatchString(joined) && dated.MatchString(joined) || n < 2 && wroteBefore.MatchString(joined) {
				return n + 1
			}
			return 0
		}
	}
	return 0
}

// dated: a day or an address stands in an attribution; "On the phone your colleague wrote:" has none.
var dated = regexp.MustCompile(`\d|@`)

func quoteFollows(l []string) bool {
	for _, s := range l {
		if s != "" {
			return quoted.MatchString(s)
		}
	}
	return false
}

// olderMail tells whether an answered or forwarded mail begins here.
func olderMail(l []string) bool {
	if divider.MatchString(l[0]) {
		return true
	}
	if ruled.MatchString(l[0]) {
		rest := l[1:]
		for len(rest) > 0 && rest[0] == "" {
			rest = rest[1:]
		}
		return len(rest) > 0 && fieldBlock(rest)
	}
	return fieldBlock(l)
}

func fieldBlock(l []string) bool {
	if !fromField.MatchString(l[0]) {
		return false
	}
	found, seen := 0, 0
	for _, s := range l[1:] {
		if s == "" {
			continue
		}
		if seen++; seen > 6 {
			break
		}
		if otherField.MatchString(s) {
			found++
		}
	}
	return found >= 2
}

var (
	notice = regexp.MustCompile(`(?is)^[\s*_]*(confidentialité|avertissement|disclaimer|confidentiality notice|legal notice|mention légale|haftungsausschluss|wichtiger hinweis)[\s:.*-].{40,}` +
		`|^.{0,80}\b(ce|le présent|cet|cette|this|the information (contained )?in this|diese)\s*(message|courriel|e-?mail|mail|mél|communication|transmission|nachricht)\b.{0,400}(confidentiel|confidential|privileged|destinataire|intended (recipient|for|only|solely)|addressee|vertraulich|strictement réservé|usage exclusif)`)
	green = regexp.MustCompile(`(?i)(pensez à l['’](environnement|arbre)|n['’]imprimez (ce|cet)|avant d['’]imprimer|consider the environment|before printing|think before you print|drucken sie diese|virus-free|sans virus|absence de virus|garanti sans virus|von viren|avast|avg\.com|checked by avg)`)
)

// withoutNotices leaves legal notices out, a paragraph at a time. A notice is at least a long line: "ce mail est
// confidentiel" said by a person stays.
func withoutNotices(l []string) []string {
	var kept []string
	for start := 0; start < len(l); {
		end := start
		for end < len(l) && l[end] != "" {
			end++
		}
		paragraph := strings.Join(l[start:end], " ")
		legal := len(paragraph) > 120 && notice.MatchString(paragraph) || len(paragraph) < 400 && green.MatchString(paragraph) && onlyGreen(l[start:end])
		if !legal {
			kept = append(kept, l[start:min(end+1, len(l))]...)
		}
		start = end + 1
	}
	return kept
}

// onlyGreen: the notice stands by itself, not in the middle of a person's words.
func onlyGreen(l []string) bool { return green.MatchString(l[0]) && len(l) <= 3 }
