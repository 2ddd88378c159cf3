package lang

import (
	"regexp"
	"testing"
)

func TestCustomersAreCalledByTheOrganisationsWord(t *testing.T) {
	for _, c := range []struct{ key, tag, from, want string }{
		{"usager", "fr", "Le client du jour", "L’usager du jour"},
		{"usager", "fr", "du client au client", "de l’usager à l’usager"},
		{"usager", "fr", "jusqu’au client, ce client", "jusqu’à l’usager, cet usager"},
		{"usager", "fr", "un client, des clients, les clients", "un usager, des usagers, les usagers"},
		{"usager", "fr", "de clients et de client", "d’usagers et d’usager"},
		{"usager", "fr", "CLIENT et Clients", "Usager et Usagers"},
		{"assure", "fr", "Du client", "De l’assuré"},
		{"patient", "fr", "le client du client", "le patient du patient"},
		{"compte", "fr", "Retours clients", "Retours comptes"},
		{"usager", "fr", "l’expérience client et l’Expérience client", "l’expérience client et l’Expérience client"},
		{"usager", "fr", "la clientèle, {client}, client_id, customer", "la clientèle, {client}, client_id, customer"},
		{"usager", "fr", "modèle client", "modèle usager"},
		{"compte", "en", "A customer, a customer’s word, customers", "An account, an account’s word, accounts"},
		{"usager", "en", "a customer", "a user"},
		{"usager", "en", "customer experience, customer.email, Customer", "customer experience, customer.email, User"},
		{"", "fr", "le client", "le client"},
		{"king", "fr", "le client", "le client"},
	} {
		if got := For(c.tag).Calling(c.key).called(c.from); got != c.want {
			t.Errorf("%s in %s: %q becomes %q, want %q", c.key, c.tag, c.from, got, c.want)
		}
	}
}

func TestWhatIsPutInAMessageIsNeverRenamed(t *testing.T) {
	l := For("fr").Calling("usager")
	if got := l.T("home.done.hide", "block", "le client"); got != "Retiré\u202f: le client" {
		t.Error(got)
	}
}

// Every message of the catalogues, in every word: nothing is left but terms of the field and names of fields.
func TestNoMessageKeepsTheOldWord(t *testing.T) {
	left := regexp.MustCompile(`(?i)(^|[^\p{L}{_/."` + "`" + `=])clients?([^\p{L}_/=}` + "`" + `]|$)`)
	term := regexp.MustCompile(`(?i)expérience client`)
	wrong := regexp.MustCompile(`(?i)(^|[^\p{L}])(le|du|au|de|ce|que) (usager|assuré|adhérent)`)
	for _, key := range CustomerWords()[1:] {
		l := For("fr").Calling(key)
		for id, m := range catalogues().messages["fr"] {
			for _, text := range m {
				got := l.called(text)
				if left.MatchString(term.ReplaceAllString(got, "")) {
					t.Errorf("%s: %s keeps the word: %q", key, id, got)
				}
				if wrong.MatchString(got) {
					t.Errorf("%s: %s is not elided: %q", key, id, got)
				}
			}
		}
	}
}

func FuzzRenamingKeepsTheRest(f *testing.F) {
	f.Add("le client et l’autre")
	f.Add("İclient")
	f.Fuzz(func(t *testing.T, s string) {
		l := For("fr").Calling("patient")
		once := l.called(s)
		if l.called(once) != once {
			t.Errorf("%q: not settled: %q", s, once)
		}
	})
}
