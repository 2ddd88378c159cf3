package intake

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"vigie/internal/cx"
)

// The survey tools whose exports of answers are recognised.
const (
	qualtrics    = "Qualtrics"
	surveyMonkey = "SurveyMonkey"
	typeform     = "Typeform"
	limeSurvey   = "LimeSurvey"
)

// made tells which survey tool wrote the file; "" when none of those known.
func (g *guesser) made() string {
	has := func(names ...string) int {
		n := 0
		for _, c := range g.cols {
			if slices.Contains(names, c.words) {
				n++
			}
		}
		return n
	}
	opened := slices.ContainsFunc(g.cols, func(c *guessed) bool { return fillerPart(c.ID) })
	imported := slices.ContainsFunc(g.cols, func(c *guessed) bool { return strings.HasPrefix(c.ID, "QID") || c.ID == "_recordId" })
	respondent := has("respondent id", "respondentid", "id du repondant", "identifiant du repondant") > 0
	switch {
	case imported, has("response id", "responseid") > 0 && has("response set", "distribution channel", "location accuracy", "location latitude") > 0:
		return qualtrics
	case respondent && (opened || has("collector id", "collecteur", "id du collecteur", "date created", "custom data 1") > 0):
		return surveyMonkey
	case has("start date utc", "stage date utc") > 0 && has("submit date utc", "network id", "response type") > 0, has("submit date utc") > 0 && has("network id") > 0:
		return typeform
	case has("id", "response id", "id de la reponse", "antwort id") > 0 &&
		has("lastpage", "last page", "derniere page", "letzte seite", "startlanguage", "start language", "langue de depart", "langue de demarrage", "start sprache", "seed", "submitdate") > 1:
		return limeSurvey
	}
	return ""
}

// export prepares what is the same in all exports of one tool: what names an answer, what is no answer, who was asked.
func (g *guesser) export() {
	if g.maker = g.made(); g.maker == "" {
		return
	}
	g.say("", "intake.note.export", "name", g.maker)
	survey := g.m.Source
	if g.maker != limeSurvey { // theirs alone is unique in one survey only
		g.m.Source = strings.ToLower(g.maker)
	}
	if g.maker == typeform {
		g.m.Timezone = "UTC"
	}
	g.m.Constants.Survey, g.m.Constants.Program, g.m.Constants.CollectedBy = survey, string(cx.Relational), "web"
	g.named()
	g.asideOfExport()
	g.undated()
}

// named finds the answer's own name: each of these tools gives one.
func (g *guesser) named() {
	want := map[string][]string{
		qualtrics:    {"response id", "responseid"},
		surveyMonkey: {"respondent id", "respondentid", "id du repondant", "identifiant du repondant"},
		typeform:     {"#", "token", "response id", ""},
		limeSurvey:   {"id", "response id", "id de la reponse", "antwort id"},
	}[g.maker]
	for _, c := range g.cols {
		if !slices.Contains(want, c.words) || c.words == "" && c.Name != "#" || c.distinct() < c.n || c.n < g.rows {
			continue
		}
		g.m.SourceID = []string{c.Name}
		c.as("ignore")
		return
	}
}

// asideOfExport leaves out what the tool writes about itself, and says so.
func (g *guesser) asideOfExport() {
	var out []string
	g.free(func(c *guessed) {
		group := strings.HasSuffix(c.ID, "_NPS_GROUP") || strings.HasSuffix(c.words, "nps group")
		if c.n == 0 || !group && !slices.Contains([]string{"response set", "location accuracy", "seed", "tete de serie", "zufallsstartwert", "startwert", "refurl",
			"referrer url", "url referente", "url de reference", "lastpage", "last page", "derniere page", "letzte seite", "network id", "stage date utc"}, c.words) {
			return
		}
		c.as("ignore")
		out = append(out, c.Name)
	})
	if len(out) > 0 {
		g.say("", "intake.note.export_aside", "columns", shortList(out))
	}
}

// undated: LimeSurvey writes 1980-01-01 where a survey keeps no dates; unfinished answers have no date of sending, so
// that the date of the last action, when every answer has one, is the better one.
func (g *guesser) undated() {
	most := 0
	g.free(func(c *guessed) {
		if c.values["1980-01-01 00:00:00"] == c.n && c.n > 0 {
			c.as("ignore")
			g.say(c.Name, "intake.note.dates_1980")
			return
		}
		if c.ends() {
			most = max(most, c.n)
		}
	})
	g.free(func(c *guessed) { c.partial = c.ends() && c.n < most })
}

func (c *guessed) ends() bool {
	return slices.Contains([]string{"submitdate", "date submitted", "date de soumission", "datum abgeschickt", "submit date utc", "datestamp", "date last action",
		"date de la derniere action", "datum letzte aktivitat", "letzte aktivitat", "end date", "recorded date", "date modified", "date de modification", "date de fin"}, c.words)
}

// channelsOfExport reads how Qualtrics gave out a survey.
func (c *guessed) channelsOfExport() map[string]string {
	known := map[string]string{"anonymous": "web", "email": "email", "sms": "sms", "qr": "qr", "qrcode": "qr", "social": "web", "gl": "web", "preview": "web", "test": "web",
		"webview": "web", "web": "web", "offline": "kiosk", "siteintercept": "web", "corporate": "web", "*": "web"}
	out := map[string]string{"*": "web"}
	for v := range c.values {
		if to, ok := known[strings.ToLower(v)]; ok {
			out[v] = to
		}
	}
	return out
}

// scaleSaid finds the ends of a scale in the wording of a question ("de 0 à 10", "1-5", "on a scale of 1 to 7").
var scaleSaid = regexp.MustCompile(`(?i)\b([01])\s*(?:to|through|until|à|a|au|bis|et|-|–|—|/|\.\.\.?)\s*(3|4|5|6|7|8|9|10|100)\b`)

// tells reads the scale in the wording, when the answers stand on it.
func (c *guessed) tells() (low, high float64, told bool) {
	m := scaleSaid.FindStringSubmatch(c.Label + " " + c.Name)
	if m == nil {
		return 0, 0, false
	}
	low, _ = strconv.ParseFloat(m[1], 64)
	high, _ = strconv.ParseFloat(m[2], 64)
	return low, high, high > low
}

// isNPS: a question of recommendation from 0 to 10, said or seen. What goes from 1 to 10 is none, whatever its name.
func (g *guesser) isNPS(c *guessed) bool {
	low, high, told := c.tells()
	if told && (low != 0 || high != 10) || !c.within(0, 10) {
		return false
	}
	if hasWord(c.words, "nps") || told && c.recommending() {
		return true
	}
	if g.maker == "" {
		return false
	}
	grouped := slices.ContainsFunc(g.cols, func(o *guessed) bool {
		return o.Name == c.Name+"_NPS_GROUP" || c.ID != "" && o.ID == c.ID+"_NPS_GROUP"
	})
	return grouped || c.recommending() && c.values["0"] > 0 && c.max > 7
}

func (c *guessed) recommending() bool {
	for _, w := range strings.Fields(c.words + " " + c.said) {
		if strings.HasPrefix(w, "recommend") || strings.HasPrefix(w, "recommand") || strings.HasPrefix(w, "weiterempf") {
			return true
		}
	}
	return false
}

// asked tells a question of an export that asks for a rating.
func (c *guessed) asked() bool {
	if _, _, told := c.tells(); told {
		return true
	}
	for _, w := range strings.Fields(c.said) {
		for _, start := range []string{"satisf", "recommend", "recommand", "rate", "rating", "note", "notez", "evalue", "effort", "ease", "easy", "facile", "facilit", "score", "likely"} {
			if w == start || len(start) > 4 && strings.HasPrefix(w, start) {
				return true
			}
		}
	}
	return false
}

// ranked tells the places of a ranking: as many columns of one question as there are places.
func (c *guessed) ranked() bool {
	return hasWord(c.said, "rank", "ranking", "classez", "classement", "ordre", "rang") || hasWord(c.words, "rank", "rang")
}

// openAnswer tells an open answer of an export: said by the tool, or seen.
func (c *guessed) openAnswer() bool {
	if c.numeric() || c.hasLinks() {
		return false
	}
	id := strings.ToUpper(c.ID)
	if strings.HasSuffix(id, "_TEXT") || strings.HasSuffix(id, "-TEXT") || fillerPart(c.ID) && c.ID != "Response" && c.ID != "Réponse" {
		return true
	}
	if strings.HasSuffix(strings.ToUpper(c.Name), "_TEXT") {
		return true
	}
	asks := hasWord(c.said, "why", "pourquoi", "explain", "expliquez", "tell", "describe", "decrivez", "suggestion", "suggestions", "improve", "ameliorer", "comment",
		"comments", "commentaire", "commentaires", "remarque", "remarques", "precisez", "raison", "raisons", "reason", "reasons", "feedback")
	if asks && c.profile.words() >= 1.5 {
		return true
	}
	return c.length() >= 12 && c.profile.words() >= 2 && c.distinct()*10 > c.n*6
}

// openAnswers gives the open questions of an export their wording.
func (g *guesser) openAnswers() {
	if g.maker == "" {
		return
	}
	g.free(func(c *guessed) {
		if c.openAnswer() {
			c.as("verbatim").Question = c.Label
		}
	})
}

// closedOnly: a survey of closed questions alone has its ratings in their numbers, else in its yes and no; a person is
// told to look, since numbers may be codes of choices.
func (g *guesser) closedOnly() {
	if g.maker == "" || slices.ContainsFunc(g.cols, func(c *guessed) bool {
		return slices.ContainsFunc(c.out, func(o Column) bool { return o.As == "score" || o.As == "verbatim" })
	}) {
		return
	}
	var own []*guessed
	g.free(func(c *guessed) {
		if m, none, ok := c.coded(); ok && g.maker != surveyMonkey && c.question() && !c.ranked() {
			c.rating = &m
			c.as("score").Empty = none
			own = append(own, c)
		}
	})
	code := "intake.note.codes"
	if len(own) == 0 {
		own, code = g.yesAndNo(), "intake.note.yes_no"
	}
	if len(own) > 0 {
		g.declare(own)
		g.say("", code, "columns", shortList(columnNames(own)))
	}
}

func (g *guesser) yesAndNo() []*guessed {
	var own []*guessed
	g.free(func(c *guessed) {
		values := c.yesNoValues()
		if c.few() && c.question() && len(values) == len(c.values) && len(slices.Compact(slices.Sorted(maps.Values(values)))) == 2 {
			c.rating = &cx.Metric{Min: 0, Max: 1}
			c.as("score").Values = values
			own = append(own, c)
		}
	})
	return own
}

// question tells an answer from what the tool writes beside it.
func (c *guessed) question() bool {
	if c.ID != "" {
		return strings.HasPrefix(c.ID, "QID") || fillerPart(c.ID)
	}
	return !slices.Contains([]string{"status", "finished", "progress", "duration", "duration in seconds", "split", "response type", "tags", "ending", "name", "interview time"}, c.words) &&
		len(c.dates) == 0
}

func columnNames(cols []*guessed) []string {
	var out []string
	for _, c := range cols {
		out = append(out, c.Name)
	}
	return out
}
