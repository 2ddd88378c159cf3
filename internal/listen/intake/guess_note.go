package intake

import (
	"slices"
	"strings"

	"vigie/internal/listen/note"
)

// isNote tells a column whose name says that it is an adviser's note; sure when no customer's score is called so.
func isNote(words string) (is, sure bool) {
	w := strings.Fields(words)
	answer := hasWord(words, "reponse", "answer", "response") && hasWord(words, "bonne", "good", "adaptee") && hasWord(words, "client", "clients", "customer", "lui")
	own := strings.HasPrefix(words, "auto evaluation") || strings.HasPrefix(words, "autoevaluation") || strings.HasPrefix(words, "self assessment")
	if answer || own {
		return true, true
	}
	w = slices.DeleteFunc(w, func(s string) bool {
		return slices.Contains([]string{"du", "de", "la", "le", "l", "d", "s", "of", "the", "par", "by"}, s)
	})
	if len(w) != 2 {
		return false, false
	}
	noun := slices.ContainsFunc(w, func(s string) bool { return s == "note" })
	who := slices.ContainsFunc(w, func(s string) bool {
		return slices.Contains([]string{"conseiller", "conseillere", "conseillers", "teleconseiller", "agent", "adviser", "advisor"}, s)
	})
	return noun && who, false
}

// contactWords name the reference of a contact where advisers note it, beside contextRole.
var contactWords = [...]string{"reference contact", "reference du contact", "ref contact", "numero contact", "numero de contact", "contact ref", "contact reference", "contact number",
	"numero appel", "n appel", "appel", "call", "call ref", "id interaction", "interaction id", "interaction", "conversation id", "id conversation", "id ticket", "ticket",
	"numero ticket", "case id", "case number", "id dossier", "dossier", "numero dossier", "numero de dossier", "n dossier"}

// agentWords name the adviser, beside contextRole.
var agentWords = [...]string{"agent login", "login agent", "login conseiller", "login du conseiller", "matricule", "matricule conseiller", "matricule du conseiller", "code conseiller",
	"code agent", "id agent", "adviser id", "advisor id", "identifiant conseiller", "identifiant du conseiller", "teleconseiller"}

// namedFor finds the first column for a role, by its name.
func (g *guesser) namedFor(role string, more []string) *guessed {
	for _, c := range g.cols {
		if c.out == nil && c.n > 0 && (contextRole(c.words) == role || slices.Contains(more, c.words)) {
			return c
		}
	}
	return nil
}

// adviserNotes finds what advisers noted: in a file that also says who they are and which contact it is. Elsewhere a name that could
// be that of a customer's score is one.
func (g *guesser) adviserNotes() {
	var column *guessed
	sure := false
	g.free(func(c *guessed) {
		if is, s := isNote(c.words); is && column == nil && c.n > 0 {
			column, sure = c, s
		}
	})
	if column == nil {
		return
	}
	who, contact := g.namedFor("agent", agentWords[:]), g.namedFor("contact", contactWords[:])
	known := slices.ContainsFunc(g.cols, func(c *guessed) bool {
		return slices.ContainsFunc(c.out, func(o Column) bool {
			return o.As == "customer.ref" || o.As == "customer.email" || o.As == "customer.phone"
		})
	})
	placed := known && g.namedFor("touchpoint", nil) != nil
	values, points := column.wordScale()
	fits := column.few() && (column.rated() || points == note.Most)
	switch {
	case fits && who != nil && (contact != nil || placed):
	case sure: // whatever it is, no customer gave it
		column.as("ignore")
		g.say(column.Name, "intake.note.adviser_aside", "min", note.Least, "max", note.Most)
		return
	default:
		return
	}
	column.as(RoleNote)
	if points == note.Most {
		column.out[0].Values = values
	}
	who.as("agent")
	if contact != nil {
		contact.as("contact")
		if isAnswerID(contact.words) && contact.unique() && contact.n == g.rows {
			g.m.SourceID = []string{contact.Name}
		}
	}
	g.say(column.Name, "intake.note.adviser")
	g.rule()
}

// rated tells whether nearly all cells are notes: a slip of the hand makes no other scale.
func (c *guessed) rated() bool {
	n := 0
	for text, times := range c.values {
		if _, ok := noteValue(text, "."); ok {
			n += times
		}
	}
	return n*20 >= c.n*19
}

// rule finds the column that says what part a rule had.
func (g *guesser) rule() {
	found := false
	g.free(func(c *guessed) {
		if found || c.n == 0 || !c.few() || !hasWord(c.words, "regle", "regles", "rule", "rules") {
			return
		}
		yesNo := c.yesNoValues()
		switch imposed := hasWord(c.words, "imposee", "imposees", "imposed", "impose"); {
		case len(yesNo) == len(c.values) && imposed:
			values := map[string]string{}
			for text, yes := range yesNo {
				values[text] = map[string]string{"1": string(note.Imposed), "0": ""}[yes]
			}
			c.as(RoleRule).Values = values
		case len(yesNo) == len(c.values):
			return
		case c.ruled():
			c.as(RoleRule)
		default:
			return
		}
		found = true
	})
}

// ruled tells whether most cells say what part a rule had; a person says it of the others, or their notes are refused.
func (c *guessed) ruled() bool {
	n, some := 0, false
	for text, times := range c.values {
		if part, ok := ParseRule(text); ok {
			n, some = n+times, some || part != note.NoRule
		}
	}
	return some && n*5 >= c.n*4
}
