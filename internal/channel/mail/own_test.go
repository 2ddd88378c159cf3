package mail_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/channel/mail"
)

func TestOwnKeepsWhatThePersonWrote(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"nothing to cut": {"Bonjour,\n\nMon colis est arrivé ouvert.\n\nMerci de me répondre.", "Bonjour,\n\nMon colis est arrivé ouvert.\n\nMerci de me répondre."},
		"French answer above": {`Bonjour,

Toujours rien reçu, c'est lamentable.

Le mar. 3 nov. 2026 à 10:12, Filambre <avis@filambre.example> a écrit :

> Bonjour Zoé,
> Votre colis est en route.
`, "Bonjour,\n\nToujours rien reçu, c'est lamentable."},
		"attribution over three lines, narrow spaces": {"Parfait, merci beaucoup pour votre aide.\n\nLe 3 nov. 2026 à 10:12, Filambre, service\nclients du lundi au samedi <avis@filambre.example>\na écrit\u202f:\n\nBonjour Zoé,\nVotre colis est en route.",
			"Parfait, merci beaucoup pour votre aide."},
		"Gmail in English": {"It works now.\n\nOn Tue, Nov 3, 2026 at 10:12 AM Filambre <avis@filambre.example> wrote:\n\n> Hello\n>> Deeper\n", "It works now."},
		"Apple in German":  {"Die Lieferung fehlt noch.\n\nAm 03.11.2026 um 10:12 schrieb Filambre <avis@filambre.example>:\n\n> Guten Tag\n", "Die Lieferung fehlt noch."},
		"answers among the quote": {`On 3 Nov 2026, Filambre <avis@filambre.example> wrote:
> Did it arrive?
No, it did not.
> Was the driver polite?
I never met him.
`, "No, it did not.\nI never met him."},
		"Outlook in French": {`Je confirme, la facture est fausse.

________________________________
De : Filambre <avis@filambre.example>
Envoyé : mardi 3 novembre 2026 10:12
À : Zoé Dürr
Objet : Votre facture

Bonjour, voici votre facture.`, "Je confirme, la facture est fausse."},
		"Outlook in English, starred": {"Wrong invoice again.\n\n*From:* Filambre <avis@filambre.example>\n*Sent:* Tuesday, November 3, 2026\n*To:* Zoe\n*Subject:* Invoice\n\nHere it is.", "Wrong invoice again."},
		"Outlook in German":           {"Falsche Rechnung.\n\nVon: Filambre\nGesendet: Dienstag\nAn: Zoe\nBetreff: Rechnung\n\nHier.", "Falsche Rechnung."},
		"original message": {`Second problème ce mois-ci.

-----Message d'origine-----
De: Filambre
Votre commande`, "Second problème ce mois-ci."},
		"original message, English": {"Too late.\n\n-----Original Message-----\nFrom: x\nHello", "Too late."},
		"dashes of a signature":     {"Le technicien était en avance.\n\n-- \nZoé Dürr\n06 12 34 56 78\n", "Le technicien était en avance."},
		"telephone in French":       {"Super conseillère.\n\nEnvoyé de mon iPhone\n", "Super conseillère."},
		"telephone in English":      {"Nice adviser.\n\nSent from my Galaxy", "Nice adviser."},
		"telephone in German":       {"Alles gut.\n\nVon meinem iPhone gesendet", "Alles gut."},
		"Outlook for a telephone":   {"Alles gut.\n\nTélécharger Outlook pour Android", "Alles gut."},
		"words after the telephone": {"Premier point.\n\nEnvoyé de mon iPhone\n\nDeuxième point, oublié plus haut.", "Premier point.\n\nDeuxième point, oublié plus haut."},
		"closing and card": {`Bonjour,

La box redémarre toutes les nuits.

Cordialement,

Zoé Dürr
12 rue des Lilas, 69003 Lyon
Tél. : 06 12 34 56 78
www.durr.example`, "Bonjour,\n\nLa box redémarre toutes les nuits."},
		"formula over two lines": {"Je demande le remboursement.\n\nJe vous prie d'agréer, Madame, Monsieur,\nl'expression de mes salutations distinguées.\n\nZoé Dürr", "Je demande le remboursement."},
		"English closing":        {"I want a refund.\n\nBest regards,\nZoe Durr\nPurchasing, Acme Ltd", "I want a refund."},
		"closing with the name":  {"Je veux être rappelée.\n\nBien cordialement, Zoé Dürr", "Je veux être rappelée."},
		"German closing":         {"Bitte um Rückruf.\n\nMit freundlichen Grüßen\nZoe Dürr", "Bitte um Rückruf."},
		"closing, then more said": {"Je pars demain.\n\nCordialement,\nZoé\n\nPS : la conseillère, elle, était parfaite.",
			"Je pars demain.\n\nCordialement,\nZoé\n\nPS : la conseillère, elle, était parfaite."},
		"thanks stay, the name goes": {"Tout est réglé.\n\nMerci beaucoup,\nZoé", "Tout est réglé.\n\nMerci beaucoup,"},
		"card without a closing":     {"Rappelez-moi après 18 h.\n\nZoé Dürr\n06 12 34 56 78", "Rappelez-moi après 18 h."},
		"legal notice, French": {`Le devis ne correspond pas.

Ce message et toutes les pièces jointes sont établis à l'intention exclusive de ses destinataires et sont confidentiels. Si vous recevez ce message par erreur, merci de le détruire.

Pensez à l'environnement avant d'imprimer ce mail.`, "Le devis ne correspond pas."},
		"legal notice, English":     {"The quote is wrong.\n\nThis e-mail and any attachments are confidential and intended solely for the addressee. If you are not the intended recipient please delete it at once.", "The quote is wrong."},
		"a person on a secret":      {"Ce message est confidentiel, je ne veux pas que mon employeur le lise.", "Ce message est confidentiel, je ne veux pas que mon employeur le lise."},
		"a person who uses a field": {"De : Lyon\nje suis parti à 8 h et le train est arrivé à midi.", "De : Lyon\nje suis parti à 8 h et le train est arrivé à midi."},
		"a person who reports":      {"Le conseiller m'a écrit : votre dossier est clos.\nC'est faux.", "Le conseiller m'a écrit : votre dossier est clos.\nC'est faux."},
		"only a forward":            {"---------- Forwarded message ---------\nFrom: Zoe\nSubject: Colis\n\nRien reçu.", "---------- Forwarded message ---------\nFrom: Zoe\nSubject: Colis\n\nRien reçu."},
		"only a quote":              {"> Rien reçu.", "> Rien reçu."},
		"only a signature":          {"Cordialement,\nZoé", "Cordialement,\nZoé"},
		"only a telephone":          {"Envoyé de mon iPhone", "Envoyé de mon iPhone"},
		"nothing":                   {" \r\n ", ""},
		"all at once": {"Bonjour,\r\n\r\nNote : 2/10.\r\n\r\nCordialement\r\nZoé Dürr\r\n\r\nEnvoyé de mon iPad\r\n\r\n> Le 3 nov. 2026 à 10:12, Filambre <avis@filambre.example> a écrit :\r\n> \r\n> Bonjour\r\n",
			"Bonjour,\n\nNote : 2/10."},
	} {
		if d := cmp.Diff(c.want, mail.Own(c.in)); d != "" {
			t.Errorf("%s:\n%s", name, d)
		}
	}
}

// Each of them took minutes when some rule looked back, or ahead, over the whole mail.
func TestOwnReadsALongMailInOneWalk(t *testing.T) {
	for line, n := range map[string]int{"\n": 250_000, ">\n": 10_000, "Merci\n\n\n": 1_000, "Cordialement\n\n": 1_000, "De : x\n\n": 1_000} {
		began := time.Now()
		mail.Own("Bonjour\n" + strings.Repeat(line, n))
		mail.Own(strings.Repeat(line, n))
		if took := time.Since(began); took > time.Minute {
			t.Errorf("%q: %v", line, took)
		}
	}
}

func FuzzOwn(f *testing.F) {
	f.Add("Bonjour\n\nLe 3 nov. 2026, a@b.c a écrit :\n> x\n-- \nZoé")
	f.Add("-----Original Message-----\nFrom: x\nSent: y\nTo: z\nhello")
	f.Add("Merci,\n\nCordialement\nZoé\n\nThis e-mail is confidential")
	f.Fuzz(func(t *testing.T, s string) {
		out := mail.Own(s)
		if out == "" && strings.Trim(s, " \t\r\n\u00a0\u202f\v\f\u0085") != "" && strings.TrimSpace(s) != "" {
			t.Errorf("%q is emptied", s)
		}
		given := map[string]bool{}
		for _, l := range strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' }) {
			given[strings.TrimSpace(strings.TrimRight(l, " \t\u00a0\u202f"))] = true
		}
		for _, l := range strings.Split(out, "\n") {
			if l = strings.TrimSpace(l); l != "" && !given[l] {
				t.Errorf("%q was not in %q", l, s)
			}
		}
	})
}
