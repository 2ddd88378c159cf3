package intake

import (
	"hash/maphash"
	"io"
	"path/filepath"
	"regexp"
	"slices"
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
	return GuessAs(f, l)
}

// GuessAs is Guess for a file of which a person said how it is cut.
func GuessAs(f *File, l Layout) (Map, []Note, error) {
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
	maker string // the survey tool that wrote the file; "": none known
}

// guessed is one column and what was decided of it.
type guessed struct {
	Header
	*profile
	words   string // name, folded
	said    string // wording, folded
	dates   []string
	mixed   bool
	open    bool
	partial bool       // a date that not every answer of an export has
	rating  *cx.Metric // to declare
	out     []Column
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
	g.export()
	for _, decide := range []func(*guesser){
		(*guesser).setAside, (*guesser).when, (*guesser).persons, (*guesser).adviserNotes, (*guesser).ids, (*guesser).ratings,
		(*guesser).contexts, (*guesser).verbatims, (*guesser).openAnswers, (*guesser).closedOnly, (*guesser).rest,
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
		case c.Name == ReasonColumn:
			c.as("ignore")
		case c.n == 0:
			c.as("ignore")
			empty = append(empty, c.Name)
		case strings.HasPrefix(c.Name, "#") && c.sequence(), hasWord(c.words, "unnamed") && c.sequence():
			c.as("ignore")
			g.say(c.Name, "intake.note.row_numbers")
		case hasWord(c.words, "ip", "ipaddress", "latitude", "longitude", "lat", "lng", "geolocation", "geolocalisation", "ipaddr"):
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
	if c.partial {
		rank += 60
	}
	switch {
	case c.words == "recorded date", hasWord(c.words, "submitted", "submit", "soumission", "reponse", "response", "answered", "completed", "submitdate", "abgeschickt"):
		rank += 1 - 50
	case c.words == "end date", c.words == "datestamp", hasWord(c.words, "action") && c.ends():
		rank += 2 - 50
	case c.words == "date", c.words == "at", c.words == "timestamp", c.words == "horodatage":
		rank += 3 - 50
	case hasWord(c.words, "publication", "published", "publie", "creation", "created", "avis", "review", "feedback", "commentaire"):
		rank += 4 - 50
	case hasWord(c.words, "date"):
		rank += 10 - 50
	}
	if hasWord(c.words, "scrap", "scrape", "scraped", "export", "visit", "flown", "modified", "modification", "naissance", "birth", "action", "updated", "experience") && !c.ends() {
		rank += 30
	}
	return rank*100_000 + (profileRows - c.n)
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

func (g *guesser) finish() {
	na := map[string]bool{}
	voice, noted := false, false
	for _, c := range g.cols {
		for i := range c.out {
			g.m.Columns = append(g.m.Columns, c.out[i])
			voice = voice || c.out[i].As == "score" || c.out[i].As == "verbatim"
			noted = noted || c.out[i].As == RoleNote
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
	if !voice && !noted && g.rows > 0 {
		g.say("", "intake.note.no_voice")
	}
	if g.maker == "" {
		g.m.Constants.CollectedBy = "import"
	}
	if g.maker == "" && g.reviews() {
		g.m.Constants.Program, g.m.Constants.CollectedBy = string(cx.Spontaneous), "review_site"
	}
	for i := range g.m.Indicators {
		g.m.Indicators[i].Program = g.program()
	}
}
