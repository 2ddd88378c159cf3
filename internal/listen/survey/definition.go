package survey

import "vigie/internal/cx"

// QuestionID names a question within its survey; it never changes meaning from one version to the next.
type QuestionID string

// Definition is one questionnaire: the JSON of PUT /api/v1/surveys/{key} and its YAML. Only key, name, languages and one
// question are required.
type Definition struct {
	Key  cx.SurveyID `json:"key" yaml:"key"`
	Name cx.Text     `json:"name" yaml:"name"` // for those who build it
	// Title is what respondents read first; "" is Name.
	Title cx.Text `json:"title,omitempty" yaml:"title,omitempty"`
	// Languages it is written in, the default first ("fr", "en", "ar"…).
	Languages []string `json:"languages" yaml:"languages"`
	// Program and Audience of the feedback it brings: "" is transactional, "" is customer.
	Program  cx.Program  `json:"program,omitempty" yaml:"program,omitempty"`
	Audience cx.Audience `json:"audience,omitempty" yaml:"audience,omitempty"`
	// Touchpoint asked about when the invitation names none.
	Touchpoint cx.TouchpointID `json:"touchpoint,omitempty" yaml:"touchpoint,omitempty"`
	// Topic of the preference page this survey belongs to; "" is the survey's own key.
	Topic string `json:"topic,omitempty" yaml:"topic,omitempty"`
	// Delay: hot (within the day) or cold. It is said to those who read the figures and never mixed with Program.
	Delay   Delay   `json:"delay,omitempty" yaml:"delay,omitempty"`
	Privacy Privacy `json:"privacy,omitempty" yaml:"privacy,omitempty"`
	Welcome Welcome `json:"welcome,omitempty" yaml:"welcome,omitempty"`
	Display Display `json:"display,omitempty" yaml:"display,omitempty"`
	Theme   Theme   `json:"theme,omitempty" yaml:"theme,omitempty"`
	// EditDays: how long an answer may still be changed by its link, in days after it was complete. 0: until the
	// invitation expires.
	EditDays int       `json:"edit_days,omitempty" yaml:"edit_days,omitempty"`
	Sections []Section `json:"sections" yaml:"sections"`
	// Endings: the first whose condition holds is shown; without one, the house's own thanks.
	Endings []Ending `json:"endings,omitempty" yaml:"endings,omitempty"`
	// Review is an invitation to review elsewhere: the same for every score, so it stands here and not in an ending.
	Review *Review `json:"review,omitempty" yaml:"review,omitempty"`
}

type Delay string

const (
	Hot  Delay = "hot"
	Cold Delay = "cold"
)

// Privacy is said to the respondent in these very words, and held to.
type Privacy string

const (
	// Confidential: the answer is tied to the person by a personal link; few people may see who.
	Confidential Privacy = "confidential"
	// Anonymous: no link between the answer and a person is kept, by nobody.
	Anonymous Privacy = "anonymous"
)

// Untied tells whether nothing ties an answer to a person: an anonymous survey, or any of employees.
func (d *Definition) Untied() bool { return d.Privacy == Anonymous || d.Audience == cx.Employees }

type Display string

const (
	Screens Display = "screens" // one question a screen
	Whole   Display = "whole"   // all on one page
)

// Welcome is the first screen: who asks, why, for how long, on what legal basis.
type Welcome struct {
	Who     cx.Text `json:"who,omitempty" yaml:"who,omitempty"` // "": the organisation's name
	Why     cx.Text `json:"why,omitempty" yaml:"why,omitempty"`
	Seconds int     `json:"seconds,omitempty" yaml:"seconds,omitempty"` // 0: estimated from the questions
	Basis   Basis   `json:"basis,omitempty" yaml:"basis,omitempty"`     // "": legitimate interest
	Contact string  `json:"contact,omitempty" yaml:"contact,omitempty"` // address for one's rights; "": the organisation's
}

// Basis is the legal basis of the processing (GDPR, article 6).
type Basis string

var Bases = []Basis{"legitimate_interest", "consent", "contract", "public_task"}

// Theme of the pages; "" is the organisation's own.
type Theme struct {
	Accent string `json:"accent,omitempty" yaml:"accent,omitempty"` // #rrggbb
	NoLogo bool   `json:"no_logo,omitempty" yaml:"no_logo,omitempty"`
	// Logo of the survey, "": the organisation's. A data URL of a PNG, a JPEG or a WebP in base64; kept as a small PNG.
	Logo string `json:"logo,omitempty" yaml:"logo,omitempty"`
	// LogoAlt says it to who does not see it; "": the name of who asks.
	LogoAlt cx.Text `json:"logo_alt,omitempty" yaml:"logo_alt,omitempty"`
}

// Section groups questions under a title; a condition may keep the whole of it away.
type Section struct {
	Title     cx.Text    `json:"title,omitempty" yaml:"title,omitempty"`
	If        *Condition `json:"if,omitempty" yaml:"if,omitempty"`
	Random    bool       `json:"random,omitempty" yaml:"random,omitempty"` // its questions in an order of their own for each person
	Questions []Question `json:"questions" yaml:"questions"`
}

// Kind of a question.
type Kind string

const (
	NPS      Kind = "nps"      // 0–10; metric nps unless another is named
	CSAT     Kind = "csat"     // metric csat (1–5) unless another is named
	CES      Kind = "ces"      // metric ces (1–7) unless another is named (ces1: 1–5)
	Rating   Kind = "rating"   // stars, smileys or numbers on a scale; 1–5 unless said
	YesNo    Kind = "yesno"    // 1 yes, 0 no; metric when named (fcr)
	Choice   Kind = "choice"   // one of a few
	Choices  Kind = "choices"  // several
	Dropdown Kind = "dropdown" // one of many
	Matrix   Kind = "matrix"   // one point of the scale for each row
	Ranking  Kind = "ranking"  // choices in order of preference
	Slider   Kind = "slider"   // a number between two ends
	Text     Kind = "text"     // words: a verbatim
	Number   Kind = "number"
	Date     Kind = "date"
	Media    Kind = "media"   // file, photo, sound, film
	Consent  Kind = "consent" // a box to tick, with its purpose
	Contact  Kind = "contact" // may we call back, where and when
	Info     Kind = "info"    // words to read, nothing to answer
)

// Kinds in the order they are offered.
var Kinds = []Kind{NPS, CSAT, CES, Rating, YesNo, Choice, Choices, Dropdown, Matrix, Ranking, Slider, Text, Number, Date, Media, Consent, Contact, Info}

// Question is one thing asked.
type Question struct {
	Key  QuestionID `json:"key" yaml:"key"`
	Kind Kind       `json:"kind" yaml:"kind"`
	// Text may hold earlier answers and attributes: {key}, {@attribute|otherwise}.
	Text cx.Text `json:"text" yaml:"text"`
	Help cx.Text `json:"help,omitempty" yaml:"help,omitempty"`
	Need Need    `json:"need,omitempty" yaml:"need,omitempty"`
	// Metric the score is one of. NPS, CSAT and CES have theirs; without one, a rating, yes/no, slider or number is kept
	// as an attribute named by the question's key.
	Metric cx.MetricID `json:"metric,omitempty" yaml:"metric,omitempty"`
	// The scale of a rating, a matrix, a slider, a number: 0, 0 is the kind's own. Step 0 is 1; Number: any.
	Min  float64 `json:"min,omitempty" yaml:"min,omitempty"`
	Max  float64 `json:"max,omitempty" yaml:"max,omitempty"`
	Step float64 `json:"step,omitempty" yaml:"step,omitempty"`
	// Look of a rating: numbers (""), stars, smileys.
	Look Look `json:"look,omitempty" yaml:"look,omitempty"`
	// Low and High say what the ends of the scale mean.
	Low  cx.Text `json:"low,omitempty" yaml:"low,omitempty"`
	High cx.Text `json:"high,omitempty" yaml:"high,omitempty"`
	// Points name each point of the scale of a rating or a matrix, lowest first: none, or one for each.
	Points  []cx.Text `json:"points,omitempty" yaml:"points,omitempty"`
	Choices []Option  `json:"choices,omitempty" yaml:"choices,omitempty"`
	Rows    []Row     `json:"rows,omitempty" yaml:"rows,omitempty"`
	// Least and Most choices, files, or characters of a text; 0: no bound (text: 5,000 at most; files: 3).
	Least  int  `json:"least,omitempty" yaml:"least,omitempty"`
	Most   int  `json:"most,omitempty" yaml:"most,omitempty"`
	Random bool `json:"random,omitempty" yaml:"random,omitempty"` // choices or rows in an order of their own for each person
	// Accept says what a media question takes: image, audio, video, file; empty: image.
	Accept []string `json:"accept,omitempty" yaml:"accept,omitempty"`
	// Megabytes of one file of a media question; 0: as much as its kind may have. Most says how many files (0: 3).
	Megabytes int `json:"megabytes,omitempty" yaml:"megabytes,omitempty"`
	// Purpose of a consent: recontact, quote, marketing or any key of the company's. Each is another consent.
	Purpose string     `json:"purpose,omitempty" yaml:"purpose,omitempty"`
	If      *Condition `json:"if,omitempty" yaml:"if,omitempty"`
	// Go: once answered (or passed), the first jump whose condition holds.
	Go []Jump `json:"go,omitempty" yaml:"go,omitempty"`
}

// Need says whether a question may be left unanswered.
type Need string

const (
	Optional Need = ""
	Soft     Need = "soft" // asked again once, then let go
	Required Need = "required"
)

type Look string

const (
	Numbers Look = ""
	Stars   Look = "stars"
	Smileys Look = "smileys"
)

// Option is one choice. Other lets the person write; Alone excludes all others ("none of these").
type Option struct {
	Key   string  `json:"key" yaml:"key"`
	Text  cx.Text `json:"text" yaml:"text"`
	Other bool    `json:"other,omitempty" yaml:"other,omitempty"`
	Alone bool    `json:"alone,omitempty" yaml:"alone,omitempty"`
}

// Row of a matrix; with a metric its answer is a score (an aspect), else an attribute question.row.
type Row struct {
	Key    string      `json:"key" yaml:"key"`
	Text   cx.Text     `json:"text" yaml:"text"`
	Metric cx.MetricID `json:"metric,omitempty" yaml:"metric,omitempty"`
}

// Condition holds of what is known so far. Exactly one of All, Any, Not, Question, Channel, Language, Attribute is set;
// Question and Attribute go with exactly one of In, a bound (From, To or both), Answered.
type Condition struct {
	All []Condition `json:"all,omitempty" yaml:"all,omitempty"`
	Any []Condition `json:"any,omitempty" yaml:"any,omitempty"`
	Not *Condition  `json:"not,omitempty" yaml:"not,omitempty"`

	Question  QuestionID `json:"question,omitempty" yaml:"question,omitempty"`
	Row       string     `json:"row,omitempty" yaml:"row,omitempty"` // of a matrix
	Attribute string     `json:"attribute,omitempty" yaml:"attribute,omitempty"`
	Channel   []string   `json:"channel,omitempty" yaml:"channel,omitempty"`
	Language  []string   `json:"language,omitempty" yaml:"language,omitempty"`

	// In: one of these choices is among those taken, or the attribute (as text) is one of these.
	In []string `json:"in,omitempty" yaml:"in,omitempty"`
	// From and To bound a number, both included.
	From *float64 `json:"from,omitempty" yaml:"from,omitempty"`
	To   *float64 `json:"to,omitempty" yaml:"to,omitempty"`
	// Answered: whether there is an answer (a value) at all.
	Answered *bool `json:"answered,omitempty" yaml:"answered,omitempty"`
}

// Jump leads to a later question, or to End.
type Jump struct {
	If *Condition `json:"if,omitempty" yaml:"if,omitempty"` // nil: always
	To QuestionID `json:"to" yaml:"to"`
}

// End is where a jump leads that ends the survey.
const End QuestionID = "end"

// Ending is the last screen.
type Ending struct {
	If   *Condition `json:"if,omitempty" yaml:"if,omitempty"`
	Text cx.Text    `json:"text" yaml:"text"`
	// CallBack offers to be called back, with a slot; Testify asks for a written, revocable consent to be quoted.
	CallBack bool `json:"call_back,omitempty" yaml:"call_back,omitempty"`
	Testify  bool `json:"testify,omitempty" yaml:"testify,omitempty"`
}

// Review is a place where anybody who answered may also write.
type Review struct {
	Address string  `json:"address" yaml:"address"` // https
	Text    cx.Text `json:"text" yaml:"text"`
}

// Questions gives every question in order.
func (d *Definition) Questions() []*Question {
	var l []*Question
	for i := range d.Sections {
		for j := range d.Sections[i].Questions {
			l = append(l, &d.Sections[i].Questions[j])
		}
	}
	return l
}

// Question gives the question of that key, nil when there is none.
func (d *Definition) Question(key QuestionID) *Question {
	for _, q := range d.Questions() {
		if q.Key == key {
			return q
		}
	}
	return nil
}

// Scale gives the ends and the step of what may be answered; Step 0: any number.
func (q *Question) Scale() (low, high, step float64) {
	low, high, step = q.Min, q.Max, q.Step
	if low == 0 && high == 0 {
		low, high = ownScale(q)
	}
	if step == 0 && q.Kind != Number {
		step = 1
	}
	return low, high, step
}

func ownScale(q *Question) (low, high float64) {
	switch q.Kind {
	case NPS:
		return 0, 10
	case CES:
		if q.ScoredAs() == "ces1" {
			return 1, 5
		}
		return 1, 7
	case YesNo, Consent:
		return 0, 1
	case Slider:
		return 0, 100
	case Number:
		return -1e12, 1e12
	case Rating:
		if q.Look == Smileys {
			return 1, 3
		}
	}
	return 1, 5
}

// Points tells whether the answer is a number of the scale.
func (k Kind) Points() bool {
	switch k {
	case NPS, CSAT, CES, Rating, YesNo, Slider, Number, Consent:
		return true
	}
	return false
}

// Lists tells whether the answer is taken among choices.
func (k Kind) Lists() bool { return k == Choice || k == Choices || k == Dropdown || k == Ranking }

// ScoredAs gives the metric of the answer, "" when it is no score.
func (q *Question) ScoredAs() cx.MetricID {
	if q.Metric != "" {
		return q.Metric
	}
	switch q.Kind {
	case NPS, CSAT, CES:
		return cx.MetricID(q.Kind)
	}
	return ""
}
