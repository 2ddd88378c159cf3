package intake

import (
	"hash/maphash"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/internal/cx"
)

// profileTime bounds the look at a large file.
const profileTime = 10 * time.Second

// Guess proposes a map from the first 20,000 rows of a file, and says what a person should look at. The map may lack
// what only a person knows (a date, what is a score): its Check tells. A known export is answered by its preset.
//
// Safe by default: names of persons, network addresses and positions are not imported unless the map is edited; a
// rating from 0 to 10 is a metric of its own and no NPS, unless its column says NPS.
func Guess(f *File) (Map, []Note, error) {
	if f.Kind == NDJSON {
		return Map{}, nil, cx.Fail(cx.Invalid, "", "intake.ndjson_no_columns", "file", f.Name)
	}
	l, err := guessLayout(f)
	if err != nil {
		return Map{}, nil, err
	}
	rows, err := f.Rows(l, nil)
	if err != nil {
		return Map{}, nil, err
	}
	defer rows.Close()
	g := newGuesser(f, l, rows.Headers)
	if err := g.look(rows); err != nil {
		return Map{}, nil, err
	}
	if m, ok := g.preset(); ok {
		return m, g.notes, nil
	}
	g.roles()
	return g.m, g.notes, nil
}

type guesser struct {
	m     Map
	notes []Note
	cols  []*guessed
	rows  int
}

// guessed is one column and what was decided of it.
type guessed struct {
	Header
	*profile
	words  string // name, folded
	said   string // wording, folded
	dates  []string
	mixed  bool
	open   bool
	rating *cx.Metric // to declare
	out    []Column
}

func newGuesser(f *File, l Layout, headers []Header) *guesser {
	g := &guesser{m: Map{Encoding: l.Encoding, Separator: l.Separator, Quotes: l.Quotes, HeaderRows: l.HeaderRows, Skip: l.Skip, Sheet: l.Sheet, SourceID: []string{}}}
	if f.Kind != Text {
		g.m.Separator = ""
	}
	bare := f.bare()
	g.m.Source = Slug(strings.TrimSuffix(bare, filepath.Ext(bare)))
	seed := maphash.MakeSeed()
	for _, h := range headers {
		c := &guessed{Header: h, profile: newProfile(seed), words: headerWords(h.Name), said: headerWords(h.Label)}
		if codeName.MatchString(h.Name) { // older Qualtrics: V1 says nothing, its wording does
			c.words = c.said
		}
		g.cols = append(g.cols, c)
	}
	return g
}

var codeName = regexp.MustCompile(`^V[0-9]+$`)

// headerWords also cuts "RecordedDate" and "customerID" in words.
func headerWords(s string) string {
	var b strings.Builder
	before := ' '
	for _, r := range s {
		if r >= 'A' && r <= 'Z' && before >= 'a' && before <= 'z' {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
		before = r
	}
	return fold(b.String())
}

func (g *guesser) look(rows *Rows) error {
	until := time.Now().Add(profileTime)
	for g.rows < profileRows && (g.rows%256 > 0 || time.Now().Before(until)) {
		row, err := rows.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		g.rows++
		for i, c := range g.cols {
			if i < len(row.Cells) {
				c.add(row.Cells[i])
			}
		}
	}
	if g.rows == 0 {
		g.say("", "intake.note.no_rows")
	}
	return nil
}

func (g *guesser) say(column, code string, args ...any) {
	g.notes = append(g.notes, Note{Column: column, Code: code, Args: append(args, "column", column)})
}

// roles decides column by column, what is certain first.
func (g *guesser) roles() {
	for _, c := range g.cols {
		c.dates, c.mixed, c.open = c.profile.dates(hasWord(c.words, "date", "timestamp", "horodatage", "time", "at"))
	}
	g.numbers()
	for _, decide := range []func(*guesser){
		(*guesser).setAside, (*guesser).when, (*guesser).persons, (*guesser).ids, (*guesser).ratings,
		(*guesser).contexts, (*guesser).verbatims, (*guesser).rest,
	} {
		decide(g)
	}
	g.finish()
}

// free walks the columns that nothing was decided of.
func (g *guesser) free(f func(c *guessed)) {
	for _, c := range g.cols {
		if c.out == nil {
			f(c)
		}
	}
}

func (c *guessed) as(role string) *Column {
	c.out = append(c.out, Column{Column: c.Name, As: role})
	return &c.out[len(c.out)-1]
}

// numbers tells the decimal mark of the file.
func (g *guesser) numbers() {
	marks := 0
	for _, c := range g.cols {
		if c.comma >= c.dot && c.numeric() {
			marks += c.decimals
		}
	}
	if marks > 0 {
		g.m.Decimal = ","
	}
}

func (g *guesser) setAside() {
	var empty []string
	for _, c := range g.cols {
		switch {
		case c.n == 0:
			c.as("ignore")
			empty = append(empty, c.Name)
		case strings.HasPrefix(c.Name, "#") && c.sequence(), hasWord(c.words, "unnamed") && c.sequence():
			c.as("ignore")
			g.say(c.Name, "intake.note.row_numbers")
		case hasWord(c.words, "ip", "ipaddress", "latitude", "longitude", "lat", "lng", "geolocation", "geolocalisation"):
			c.as("ignore")
			g.say(c.Name, "intake.note.personal_aside")
		}
	}
	if len(empty) > 0 && g.rows > 0 {
		g.say("", "intake.note.empty_columns", "columns", shortList(empty))
	}
}

// when picks the date of the answer among the date columns; the others become attributes.
func (g *guesser) when() {
	var best *guessed
	g.free(func(c *guessed) {
		if len(c.dates) > 0 && (best == nil || dateRank(c) < dateRank(best)) {
			best = c
		}
	})
	if best == nil {
		g.say("", "intake.note.no_date")
	}
	g.free(func(c *guessed) {
		if len(c.dates) == 0 {
			return
		}
		if c == best {
			c.as("at").Dates = c.dates
		} else {
			a := c.as("attribute")
			a.Key, a.Type, a.Dates = Slug(headerWords(c.Name)), "date", c.dates
		}
		if c.mixed {
			g.say(c.Name, "intake.note.dates_mixed", "formats", strings.Join(c.dates, ", "))
		} else if c.open {
			g.say(c.Name, "intake.note.dates_open", "format", c.dates[0])
		}
		if c.values["1970-01-01"]+c.values["01/01/1970"]+c.values["1970-01-01 00:00:00"] > 0 {
			g.say(c.Name, "intake.note.dates_1970")
		}
	})
}

// dateRank: the smaller, the likelier the moment of the answer.
func dateRank(c *guessed) int {
	rank := 50
	switch {
	case c.words == "recorded date", hasWord(c.words, "submitted", "submit", "soumission", "reponse", "response", "answered", "completed"):
		rank = 1
	case c.words == "end date", c.words == "date submitted":
		rank = 2
	case c.words == "date", c.words == "at", c.words == "timestamp", c.words == "horodatage":
		rank = 3
	case hasWord(c.words, "publication", "published", "publie", "creation", "created", "avis", "review", "feedback", "commentaire"):
		rank = 4
	case hasWord(c.words, "date"):
		rank = 10
	}
	if hasWord(c.words, "scrap", "scrape", "scraped", "export", "visit", "flown", "modified", "modification", "naissance", "birth", "action", "updated", "experience") {
		rank += 30
	}
	return rank*100_000 + (profileRows - c.n)
}

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

// hasWord tells whether one of the words stands in a folded name.
func hasWord(folded string, any ...string) bool {
	for _, w := range strings.Fields(folded) {
		if slices.Contains(any, w) {
			return true
		}
	}
	return false
}

// ratings finds scores: in the built-in metrics when the column says so, otherwise in metrics of their own.
func (g *guesser) ratings() {
	var own []*guessed
	g.free(func(c *guessed) {
		if key := builtIn(c); key != "" {
			c.as("score").Key = key
			return
		}
		values, points := c.wordScale()
		named := hasWord(c.words, ratingWords()...) || slices.Contains([]string{"stars", "star", "etoiles", "nombre d etoiles"}, c.words) || hasWord(c.said, "recommend", "recommander", "recommanderiez", "satisfied", "satisfait", "satisfaite", "satisfaction")
		switch m, ok := c.numberScale(); {
		case points > 0:
			own = append(own, g.wordRating(c, values, points))
		case ok && named && !hasWord(c.words, "utile", "inutile", "useful", "helpful", "number", "nombre", "count"):
			c.rating = &m
			c.as("score")
			own = append(own, c)
		case named && c.recommends():
			c.rating = &cx.Metric{Min: 0, Max: 1}
			c.as("score").Values = c.yesNoValues()
			own = append(own, c)
		}
	})
	g.declare(own)
}

func ratingWords() []string {
	return []string{"note", "notes", "rating", "ratings", "score", "scores", "satisfaction", "nps", "csat", "ces",
		"recommend", "recommended", "recommandation", "recommande", "notation", "grade", "overall", "effort", "ressenti", "sentiment"}
}

func builtIn(c *guessed) string {
	switch {
	case hasWord(c.words, "nps") && c.within(0, 10):
		return "nps"
	case hasWord(c.words, "csat") && c.within(1, 5):
		return "csat"
	case hasWord(c.words, "ces") && c.within(1, 7):
		return "ces"
	}
	return ""
}

func (g *guesser) wordRating(c *guessed, values map[string]string, points int) *guessed {
	col := c.as("score")
	col.Values = values
	if points == 5 && hasWord(c.words, "csat") {
		col.Key = "csat"
		return c
	}
	c.rating = &cx.Metric{Min: 1, Max: float64(points)}
	return c
}

func (c *guessed) recommends() bool {
	return hasWord(c.words, "recommend", "recommended", "recommande", "recommandation") && c.few() && len(c.yesNoValues()) == len(c.values)
}

func (c *guessed) yesNoValues() map[string]string {
	out := map[string]string{}
	for v := range c.values {
		if yes, ok := ParseYesNo(v); ok {
			out[v] = "0"
			if yes {
				out[v] = "1"
			}
		}
	}
	return out
}

// declare makes the metrics: one main rating, the others its aspects.
func (g *guesser) declare(own []*guessed) {
	main := -1
	for i, c := range own {
		if hasWord(c.words, "overall", "global", "globale", "generale", "ensemble", "ressenti", "csat", "nps") || c.words == "note" || c.words == "score" || c.words == "rating" {
			main = i
			break
		}
	}
	for i, c := range own {
		if c.rating == nil {
			continue
		}
		aspect := main >= 0 && i != main && !hasWord(c.words, "recommend", "recommended", "recommande") && len(own) > 1
		m := ownMetric(c.Header, *c.rating, aspect)
		c.out[0].Key = string(m.Key)
		if !aspect {
			g.m.Indicators = append(g.m.Indicators, indicatorOf(m))
		}
		g.m.Metrics = append(g.m.Metrics, m)
		if m.Min == 0 && m.Max == 10 {
			g.say(c.Name, "intake.note.not_nps")
		}
		if m.Min == 0 && m.Max == 5 && c.values["0"]+c.values["0.0"]+c.values["0,0"] > 0 {
			g.say(c.Name, "intake.note.zero_seen", "count", c.values["0"]+c.values["0.0"]+c.values["0,0"])
		}
	}
}

// indicatorOf shows a rating by its mean, a yes or no by the share of yes.
func indicatorOf(m cx.Metric) cx.Indicator {
	i := cx.Indicator{Key: cx.IndicatorID(m.Key), Name: m.Name, Metric: m.Key, Formula: cx.Mean, Audience: cx.Customers}
	if m.Max-m.Min == 1 {
		i.Formula = cx.TopShare
	}
	return i
}

// contexts: where, by which channel, in which language, by whom.
func (g *guesser) contexts() {
	used := map[string]bool{}
	g.free(func(c *guessed) {
		role := contextRole(c.words)
		if role == "" || used[role] || !c.few() || c.length() > 60 {
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
		{"lang", []string{"lang", "langue", "language", "user language", "locale"}},
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

func (g *guesser) finish() {
	na := map[string]bool{}
	voice := false
	for _, c := range g.cols {
		for i := range c.out {
			g.m.Columns = append(g.m.Columns, c.out[i])
			voice = voice || c.out[i].As == "score" || c.out[i].As == "verbatim"
		}
		for w := range c.naWords {
			na[w] = true
		}
	}
	for _, w := range nothingWords {
		if na[w] {
			g.m.Empty = append(g.m.Empty, w)
		}
	}
	if voice && !slices.ContainsFunc(g.m.Columns, func(c Column) bool { return c.As == "touchpoint" }) {
		g.say("", "intake.note.no_touchpoint")
	}
	if !voice && g.rows > 0 {
		g.say("", "intake.note.no_voice")
	}
	g.m.Constants.CollectedBy = "import"
	if g.reviews() {
		g.m.Constants.Program, g.m.Constants.CollectedBy = string(cx.Spontaneous), "review_site"
	}
	for i := range g.m.Indicators {
		g.m.Indicators[i].Program = g.program()
	}
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
