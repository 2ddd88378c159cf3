package insight

import (
	"fmt"
	"time"
)

// payloadSchema is the newest payload schema this projection reads.
const payloadSchema = 1

// signal is what the projection keeps of a payload. Its bytes point into the payload, or into fresh memory where a
// string was escaped.
type signal struct {
	at         time.Time
	received   time.Time
	respondent []byte // of an employee
	contact    []byte
	context    [contextFields][]byte
	program    []byte
	audience   []byte
	scores     []pointOf
	attributes []valueOf
	words      bool // at least one verbatim has text
}

type pointOf struct {
	metric []byte
	point  int64
}

type valueOf struct {
	key    []byte
	kind   valueKind
	text   []byte
	number float64
	yes    bool
}

type valueKind uint8

const (
	noValue valueKind = iota
	textValue
	numberValue
	boolValue
)

// The coded context of a fact, in the order of its columns.
const (
	touchpointField = iota
	channelField
	collectedField
	unitField
	surveyField
	languageField
	sourceField
	agentField
	contextFields
)

// decode reads the JSON of a cx.Feedback with its schema number. It accepts what encoding/json writes of one; unknown
// fields are passed over.
func (s *signal) decode(payload []byte) error {
	*s = signal{scores: s.scores[:0], attributes: s.attributes[:0]}
	r := reader{b: payload}
	if err := r.object(func(key []byte) error { return s.field(&r, key) }); err != nil {
		return fmt.Errorf("payload at byte %d: %w", r.i, err)
	}
	if r.space(); r.i != len(r.b) {
		return fmt.Errorf("payload at byte %d: %w", r.i, errSyntax)
	}
	return nil
}

func (s *signal) field(r *reader, key []byte) error {
	if r.null() {
		return nil
	}
	switch string(key) {
	case "schema":
		return r.schema()
	case "at":
		return r.instant(&s.at)
	case "received":
		return r.instant(&s.received)
	case "respondent":
		return r.text(&s.respondent)
	case "contact":
		return r.text(&s.contact)
	case "program":
		return r.text(&s.program)
	case "audience":
		return r.text(&s.audience)
	case "scores":
		return r.object(func(k []byte) error { return s.score(r, k) })
	case "attributes":
		return r.object(func(k []byte) error { return s.attribute(r, k) })
	case "verbatims":
		return r.array(func() error { return s.verbatim(r) })
	}
	if f := contextField(key); f >= 0 {
		return r.text(&s.context[f])
	}
	return r.skip(0)
}

func contextField(key []byte) int {
	switch string(key) {
	case "touchpoint":
		return touchpointField
	case "channel":
		return channelField
	case "collected_by":
		return collectedField
	case "unit":
		return unitField
	case "survey":
		return surveyField
	case "lang":
		return languageField
	case "source":
		return sourceField
	case "agent":
		return agentField
	}
	return -1
}

func (s *signal) score(r *reader, key []byte) error {
	n, err := r.integer()
	s.scores = append(s.scores, pointOf{key, n})
	return err
}

func (s *signal) attribute(r *reader, key []byte) (err error) {
	v := valueOf{key: key}
	switch c := r.peek(); {
	case c == '"':
		v.kind = textValue
		err = r.text(&v.text)
	case c == 't' || c == 'f':
		v.kind, v.yes = boolValue, c == 't'
		err = r.skip(0)
	case c == 'n' || c == '{' || c == '[':
		err = r.skip(0)
	default:
		v.kind = numberValue
		v.number, err = r.float()
	}
	s.attributes = append(s.attributes, v)
	return err
}

func (s *signal) verbatim(r *reader) error {
	if r.null() {
		return nil
	}
	return r.object(func(key []byte) error {
		if string(key) != "text" || r.null() {
			return r.skipUnlessNull(key)
		}
		var text []byte
		err := r.text(&text)
		s.words = s.words || len(text) > 0
		return err
	})
}
