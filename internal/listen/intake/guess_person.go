package intake

import (
	"slices"
	"strings"
)

// persons: what recognises a customer again is used for that; names alone recognise nobody and stay out.
func (g *guesser) persons() {
	known := map[string]bool{}
	g.free(func(c *guessed) {
		role := ""
		switch {
		case c.most(c.emails):
			role = "customer.email"
		case c.most(c.phones) && hasWord(c.words, "phone", "telephone", "tel", "mobile", "portable", "gsm") && !c.within(0, 100):
			role = "customer.phone"
		case isCustomerRef(c.words):
			role = "customer.ref"
		}
		if role != "" && !known[role] {
			known[role] = true
			c.as(role)
		} else if role == "customer.email" || role == "customer.phone" {
			c.as("ignore")
			g.say(c.Name, "intake.note.personal_aside")
		}
	})
	g.free(func(c *guessed) {
		switch {
		case !isPersonName(c.words) || c.words2() > 6:
		case len(known) > 0 && !known["customer.name"]:
			known["customer.name"] = true
			c.as("customer.name")
		default:
			c.as("ignore")
			g.say(c.Name, "intake.note.name_aside")
		}
	})
}

func (c *guessed) words2() float64 { return c.profile.words() }

func isCustomerRef(w string) bool {
	return slices.Contains([]string{"customer id", "customer ref", "customer", "cust id", "custid", "client id", "id client", "ref client", "numero client", "n client",
		"no client", "code client", "reference client", "contact id", "external reference", "external data reference", "user id", "account id", "id usager",
		"id adherent", "numero adherent", "numero sociatire", "numero societaire", "id contact", "crm id"}, w)
}

func isPersonName(w string) bool {
	return slices.Contains([]string{"author", "author name", "auteur", "nom", "prenom", "nom prenom", "prenom nom", "nom client", "nom du client", "name", "full name",
		"first name", "last name", "firstname", "lastname", "customer name", "client name", "reviewer", "reviewer name", "user", "username", "user name", "pseudo",
		"pseudonyme", "recipient last name", "recipient first name", "surname", "nickname", "contact name"}, w)
}

// ids picks the column that names each answer at its source.
func (g *guesser) ids() {
	g.free(func(c *guessed) {
		if len(g.m.SourceID) > 0 || c.distinct() < c.n || c.n < g.rows || c.length() > 64 || !isAnswerID(c.words) {
			return
		}
		g.m.SourceID = []string{c.Name}
		c.as("ignore")
	})
	if len(g.m.SourceID) == 0 {
		g.say("", "intake.note.no_id")
	}
}

func isAnswerID(w string) bool {
	if slices.Contains([]string{"id", "uuid", "guid", "n", "no", "num", "numero", "reference", "ref", "key", "source id", "response id", "responseid", "respondent id", "respondentid"}, w) {
		return true
	}
	return strings.HasPrefix(w, "id ") || strings.HasSuffix(w, " id") || strings.HasPrefix(w, "identifiant ")
}
