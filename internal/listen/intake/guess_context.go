package intake

import (
	"slices"
	"strconv"
	"strings"

	"vigie/internal/cx"
)

// contexts: where, by which channel, in which language, by whom.
func (g *guesser) contexts() {
	used := map[string]bool{}
	for _, c := range g.cols {
		for _, o := range c.out {
			used[o.As] = true
		}
	}
	g.free(func(c *guessed) {
		if g.maker != "" && c.words == "distribution channel" {
			c.as("collected_by").Values = c.channelsOfExport()
			return
		}
		role := contextRole(c.words)
		many := !c.few() && (role != "unit" || c.unique()) // an organisation has more units than a list has values
		if role == "" || used[role] || many || c.length() > 60 {
			return
		}
		if role == "channel" {
			values := channelValues(c.profile)
			if values == nil {
				g.say(c.Name, "intake.note.channel_unknown", "known", strings.Join(cx.Channels, ", "))
				return
			}
			c.as("channel").Values = values
			used[role] = true
			return
		}
		c.as(role)
		used[role] = true
		if role == "touchpoint" || role == "unit" {
			g.say(c.Name, "intake.note.must_exist")
		}
	})
}

func contextRole(w string) string {
	for _, r := range []struct {
		role  string
		words []string
	}{
		{"touchpoint", []string{"touchpoint", "point de contact", "point de mesure"}},
		{"channel", []string{"canal", "channel", "canaux", "canal de contact", "canal utilise"}},
		{"collected_by", []string{"collected by", "recueilli par"}},
		{"unit", []string{"unit", "unite", "entite", "unit id", "code entite", "code unite"}},
		{"agent", []string{"agent", "agent id", "conseiller", "id conseiller", "adviser", "advisor"}},
		{"contact", []string{"contact", "id appel", "call id", "order id", "id commande", "numero commande", "ticket id", "visit id", "id contact"}},
		{"lang", []string{"lang", "langue", "language", "user language", "locale", "startlanguage", "start language", "langue de depart", "langue de demarrage", "start sprache"}},
		{"survey", []string{"survey", "enquete", "questionnaire", "survey id", "id enquete"}},
		{"program", []string{"program"}}, {"audience", []string{"audience"}},
	} {
		if slices.Contains(r.words, w) {
			return r.role
		}
	}
	return ""
}

// channelValues reads each value as a channel lived; nil when one is unknown.
func channelValues(p *profile) map[string]string {
	out := map[string]string{}
	for v := range p.values {
		c := channelNamed(v)
		if c == "" {
			return nil
		}
		out[v] = c
	}
	return out
}

func channelNamed(v string) string {
	w := fold(v)
	if slices.Contains(cx.Channels, w) {
		return w
	}
	for _, r := range []struct {
		channel string
		words   []string
	}{
		{"phone", []string{"telephone", "telephonique", "tel", "appel", "appels", "call", "voice", "vocal"}},
		{"email", []string{"email", "mail", "courriel", "mel"}},
		{"mail", []string{"courrier", "postal", "poste", "post", "letter"}},
		{"store", []string{"boutique", "magasin", "agence", "accueil", "guichet", "shop", "branch", "retail"}},
		{"app", []string{"app", "appli", "application", "mobile"}},
		{"chatbot", []string{"chatbot", "bot"}},
		{"chat", []string{"chat", "tchat", "messagerie"}},
		{"selfcare", []string{"espace", "selfcare", "compte"}},
		{"web", []string{"web", "site", "internet", "website", "ligne", "online"}},
		{"social", []string{"sociaux", "social", "facebook", "twitter", "instagram"}},
		{"field", []string{"technicien", "terrain", "field", "domicile"}},
		{"partner", []string{"partenaire", "partner", "revendeur"}},
	} {
		if w == "e mail" {
			return "email"
		}
		if hasWord(w, r.words...) {
			return r.channel
		}
	}
	return ""
}

func (g *guesser) verbatims() {
	g.free(func(c *guessed) {
		if c.numeric() || c.hasLinks() {
			return
		}
		named := hasWord(c.words, "commentaire", "commentaires", "comment", "comments", "verbatim", "verbatims", "avis", "review", "content", "text", "texte",
			"description", "feedback", "message", "title", "titre", "open", "suggestion", "suggestions", "remarque", "remarques")
		written := c.length() >= 40 && c.profile.words() >= 6 && c.distinct()*2 > c.n
		if !written && !(named && c.profile.words() >= 1.5 && c.distinct() > 5) {
			return
		}
		col := c.as("verbatim")
		if generic := slices.Contains([]string{"commentaire", "commentaires", "comment", "comments", "verbatim", "verbatims", "avis", "review", "content", "text",
			"texte", "description", "feedback", "message", "contenu"}, c.words); !generic {
			col.Question = c.Label
		}
	})
}

func (c *guessed) hasLinks() bool {
	for v := range c.values {
		return strings.HasPrefix(v, "http") || strings.HasPrefix(v, "/")
	}
	return false
}

// rest: everything else is context worth keeping.
func (g *guesser) rest() {
	keys := map[string]bool{}
	for _, c := range g.cols {
		for _, o := range c.out {
			if o.As == "attribute" {
				keys[o.Key] = true
			}
		}
	}
	g.free(func(c *guessed) {
		col := c.as("attribute")
		key := Slug(headerWords(c.Name))
		for n := 2; keys[key]; n++ {
			key = Slug(headerWords(c.Name) + " " + strconv.Itoa(n))
		}
		keys[key], col.Key = true, key
		switch {
		case c.numeric() && !leadingZeros(c.profile):
			col.Type = "number"
		case c.few() && len(c.values) <= 2 && len(c.yesNoValues()) == len(c.values) && !c.numeric():
			col.Type = "yesno"
		}
	})
}

// leadingZeros tells codes ("01", "07545") from numbers.
func leadingZeros(p *profile) bool {
	for _, s := range p.sample {
		if len(s) > 1 && s[0] == '0' && s[1] >= '0' && s[1] <= '9' {
			return true
		}
	}
	return false
}

// program is the one that the door gives to rows of this map.
func (g *guesser) program() cx.Program {
	switch {
	case g.m.Constants.Program != "":
		return cx.Program(g.m.Constants.Program)
	case slices.ContainsFunc(g.m.Columns, func(c Column) bool { return c.As == "touchpoint" }):
		return cx.Transactional
	}
	return cx.Spontaneous
}

// reviews: people who wrote on a review site were asked nothing.
func (g *guesser) reviews() bool {
	for _, c := range g.cols {
		if hasWord(c.words, "review", "reviews", "author", "avis", "reviewer", "stars") {
			return true
		}
		for v := range c.values {
			if strings.Contains(v, "-reviews/") {
				return true
			}
		}
	}
	return false
}
