package demo

import (
	"embed"
	"fmt"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"vigie/internal/cx"
	"vigie/internal/listen/catalogue"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/journey"
	"vigie/internal/understand/view"
)

//go:embed story.yaml texts/*.txt
var files embed.FS

// Story is the demo company, its two years and what happened in them. It is read-only once loaded and may be shared.
type Story struct {
	file   storyFile
	zone   *time.Location
	words  map[string]grammar // by language, "staff" for employees
	lists  map[string][]string
	places []place
	points []point
	crowd  *crowd
	asking asking
}

// Company is who the story is about.
type Company struct {
	Key    string  `yaml:"key"`
	Name   string  `yaml:"name"`
	Sector cx.Text `yaml:"sector"`
	About  cx.Text `yaml:"about"`
	Domain string  `yaml:"domain"`
	Zone   string  `yaml:"zone"`
	Seed   uint64  `yaml:"seed"`
	Days   int     `yaml:"days"`
}

// Unit is a node of the organisation.
type Unit struct {
	Key    cx.UnitID `json:"key"`
	Name   cx.Text   `json:"name"`
	Parent cx.UnitID `json:"parent,omitempty"`
	Level  string    `json:"level"` // region, agency
}

// Member is one of the cast, whom a visitor may sign in as.
type Member struct {
	Key   string    `yaml:"key"`
	Name  string    `yaml:"name"`
	Role  string    `yaml:"role"` // director, committee, manager, adviser, relay, dpo, customer
	Unit  cx.UnitID `yaml:"unit"` // "": the whole company
	Title cx.Text   `yaml:"title"`
	Lives []lived   `yaml:"lives"` // what this very customer said
	Email string    `yaml:"-"`
	Agent string    `yaml:"-"` // the adviser's key in feedback; "" for the others
}

// Event is something that happened to the company, drawn on time axes. Days count from today.
type Event struct {
	Key         string            `yaml:"key"`
	Kind        string            `yaml:"kind"`
	From        int               `yaml:"from"`
	To          *int              `yaml:"to"`
	Regions     []cx.UnitID       `yaml:"regions"`
	Touchpoints []cx.TouchpointID `yaml:"touchpoints"`
	Name        cx.Text           `yaml:"name"`
	Text        cx.Text           `yaml:"text"`
}

// keptView is a question that one of the cast keeps in the explorer.
type keptView struct {
	Owner    string      `yaml:"owner"` // key of the cast
	For      view.SeenBy `yaml:"for"`
	Name     string      `yaml:"name"`
	Question string      `yaml:"question"`
}

// lived is one answer told word by word.
type lived struct {
	Day        int            `yaml:"day"`
	Touchpoint string         `yaml:"touchpoint"`
	Channel    string         `yaml:"channel"`
	By         string         `yaml:"by"`
	Agent      string         `yaml:"agent"`
	Scores     collect.Scores `yaml:"scores"`
	Says       string         `yaml:"says"`
}

type storyFile struct {
	Company    Company                    `yaml:"company"`
	Regions    []region                   `yaml:"regions"`
	Cast       []Member                   `yaml:"cast"`
	Partners   []partner                  `yaml:"partners"`
	Protection protection                 `yaml:"protection"`
	Offers     []offer                    `yaml:"offers"`
	Segments   []weighted                 `yaml:"segments"`
	Personas   []weighted                 `yaml:"personas"`
	Attributes []catalogue.Attribute      `yaml:"attributes"`
	Metrics    []cx.Metric                `yaml:"metrics"`
	Indicators []cx.Indicator             `yaml:"indicators"`
	Objectives map[cx.IndicatorID]float64 `yaml:"objectives"`
	Owner      string                     `yaml:"owner"`
	Barometer  barometer                  `yaml:"barometer"`
	Views      []keptView                 `yaml:"views"`
	Events     []Event                    `yaml:"events"`
	Effects    []effect                   `yaml:"effects"`
	Mirror     []mirror                   `yaml:"mirror"`
	Volumes    volumes                    `yaml:"volumes"`
	Journeys   []journey.Journey          `yaml:"journeys"`
	Listening  map[string]listening       `yaml:"listening"`
	Atlas      []chart                    `yaml:"atlas"`
}

type region struct {
	Key      cx.UnitID `yaml:"key"`
	Name     cx.Text   `yaml:"name"`
	Mood     float64   `yaml:"mood"`
	Agencies []agency  `yaml:"agencies"`
}

type agency struct {
	Key    cx.UnitID `yaml:"key"`
	Town   string    `yaml:"town"`
	Weight float64   `yaml:"weight"`
	Mood   float64   `yaml:"mood"`
}

type partner struct {
	Key     string      `yaml:"key"`
	Name    string      `yaml:"name"`
	Regions []cx.UnitID `yaml:"regions"`
	From    int         `yaml:"from"`
	About   cx.Text     `yaml:"about"`
}

type offer struct {
	Key     string  `yaml:"key"`
	Name    string  `yaml:"name"`
	Product string  `yaml:"product"`
	Segment string  `yaml:"segment"`
	Weight  float64 `yaml:"weight"`
	Price   float64 `yaml:"price"`
}

type weighted struct {
	Key    string  `yaml:"key"`
	Name   cx.Text `yaml:"name"`
	Weight float64 `yaml:"weight"`
	Mood   float64 `yaml:"mood"`
}

type barometer struct {
	Answers   int         `yaml:"answers"`
	Every     int         `yaml:"every"`
	Length    int         `yaml:"length"`
	Path      []milestone `yaml:"path"`
	Objective struct {
		From   int     `yaml:"from"`
		Months int     `yaml:"months"`
		Gain   float64 `yaml:"gain"`
	} `yaml:"objective"`
}

type milestone struct {
	Day int     `yaml:"day"`
	NPS float64 `yaml:"nps"`
}

type volumes struct {
	Customers int     `yaml:"customers"`
	Employees int     `yaml:"employees"`
	People    int     `yaml:"people"`
	Verbatim  float64 `yaml:"verbatim"`
	English   float64 `yaml:"english"`
}

// Load reads the story and its words, and checks that they hold together.
func Load() (*Story, error) {
	s := &Story{words: map[string]grammar{}}
	raw, err := files.ReadFile("story.yaml")
	if err != nil {
		return nil, err
	}
	if err := yaml.UnmarshalWithOptions(raw, &s.file, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("story.yaml: %w", err)
	}
	if err := s.loadWords(); err != nil {
		return nil, err
	}
	if s.zone, err = time.LoadLocation(s.file.Company.Zone); err != nil {
		return nil, fmt.Errorf("story.yaml: %w", err)
	}
	s.nameCast()
	s.layPlaces()
	if err := s.layPoints(); err != nil {
		return nil, fmt.Errorf("story.yaml: %w", err)
	}
	s.crowd = newCrowd(s)
	return s, s.loadAsking()
}

func (s *Story) loadWords() error {
	for _, lang := range []string{"fr", "en", "staff"} {
		name := "texts/" + lang + ".txt"
		raw, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		if s.words[lang], err = parseGrammar(name, string(raw)); err != nil {
			return err
		}
	}
	raw, err := files.ReadFile("texts/words.txt")
	if err != nil {
		return err
	}
	s.lists, err = parseLists("texts/words.txt", string(raw))
	return err
}

func (s *Story) nameCast() {
	for i := range s.file.Cast {
		m := &s.file.Cast[i]
		slug := slug(m.Name)
		m.Email = slug + "@" + s.file.Company.Domain
		if m.Role == "adviser" {
			m.Agent = slug
		}
	}
}

// Company gives who the story is about.
func (s *Story) Company() Company { return s.file.Company }

// Cast gives the people a visitor may sign in as.
func (s *Story) Cast() []Member { return s.file.Cast }

// Journeys gives the journeys, in order.
func (s *Story) Journeys() []journey.Journey { return s.file.Journeys }

// Metrics gives the metrics and aspects besides the built-in ones.
func (s *Story) Metrics() []cx.Metric { return s.file.Metrics }

// Indicators gives the indicators besides the built-in ones.
func (s *Story) Indicators() []cx.Indicator { return s.file.Indicators }

// Objectives gives what the built-in indicators aim at.
func (s *Story) Objectives() map[cx.IndicatorID]float64 { return s.file.Objectives }

// Attributes gives the declared attributes.
func (s *Story) Attributes() []catalogue.Attribute { return s.file.Attributes }

// Events gives what happened to the company, oldest first.
func (s *Story) Events() []Event { return s.file.Events }

// Units gives the organisation, parents first.
func (s *Story) Units() []Unit {
	var l []Unit
	for _, r := range s.file.Regions {
		l = append(l, Unit{Key: r.Key, Name: r.Name, Level: "region"})
		for _, a := range r.Agencies {
			l = append(l, Unit{Key: a.Key, Name: cx.Text{"fr": a.Town, "en": a.Town}, Parent: r.Key, Level: "agency"})
		}
	}
	return l
}

// slug makes a key of a name: "Nolwenn Le Goff" → "nolwenn.le-goff".
func slug(name string) string {
	first, last, _ := strings.Cut(strings.ToLower(plain(name)), " ")
	return strings.Trim(first+"."+hyphens.Replace(last), ".")
}

var hyphens = strings.NewReplacer(" ", "-", "'", "")

var accents = strings.NewReplacer("à", "a", "â", "a", "ä", "a", "é", "e", "è", "e", "ê", "e", "ë", "e", "î", "i", "ï", "i",
	"ô", "o", "ö", "o", "ù", "u", "û", "u", "ü", "u", "ç", "c", "œ", "oe", "É", "E", "È", "E", "À", "A", "Ç", "C", "Ê", "E")

// plain takes French accents off.
func plain(s string) string { return accents.Replace(s) }
