package collect

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"vigie/internal/cx"
)

// Schema is the number of the payload's present form, its member "schema": the JSON object of cx.Feedback, members in the
// order of the struct, empty ones left out, map keys sorted, times in RFC 3339 UTC with up to six decimals, attribute
// values string, number or boolean. Nothing but RFC 8259 escapes (\" \\ \n \r \t \u00XX); UTF-8 as it is.
const Schema = 1

// appendPayload appends the payload of f, whose strings are valid UTF-8.
func appendPayload(b []byte, f *cx.Feedback) []byte {
	b = append(b, `{"schema":`...)
	b = strconv.AppendInt(b, Schema, 10)
	b = appendMember(b, "source", f.Source)
	b = appendMember(b, "source_id", f.SourceID)
	b = appendTime(b, "at", f.At)
	b = appendTime(b, "received", f.Received)
	if !f.Amended.IsZero() {
		b = appendTime(b, "amended", f.Amended)
	}
	b = appendMember(b, "touchpoint", string(f.Touchpoint))
	b = appendMember(b, "channel", f.Channel)
	b = appendMember(b, "collected_by", f.CollectedBy)
	b = appendMember(b, "program", string(f.Program))
	b = appendMember(b, "audience", string(f.Audience))
	b = appendMember(b, "contact", f.Contact)
	b = appendMember(b, "unit", string(f.Unit))
	b = appendMember(b, "agent", f.Agent)
	b = appendMember(b, "respondent", f.Respondent)
	b = appendMember(b, "lang", f.Lang)
	b = appendMember(b, "survey", f.Survey)
	b = appendScores(b, f.Scores)
	b = appendVerbatims(b, f.Verbatims)
	b = appendAttributes(b, f.Attributes)
	b = appendMedia(b, f.Media)
	return append(b, '}')
}

func appendMedia(b []byte, media []cx.MediaID) []byte {
	if len(media) == 0 {
		return b
	}
	b = append(b, `,"media":`...)
	open := byte('[')
	for _, id := range media {
		b = appendString(append(b, open), string(id))
		open = ','
	}
	return append(b, ']')
}

func appendMember(b []byte, name, value string) []byte {
	if value == "" {
		return b
	}
	b = append(append(append(b, ',', '"'), name...), '"', ':')
	return appendString(b, value)
}

func appendTime(b []byte, name string, t time.Time) []byte {
	b = append(append(append(b, ',', '"'), name...), '"', ':', '"')
	return append(t.AppendFormat(b, time.RFC3339Nano), '"')
}

func appendScores(b []byte, scores map[cx.MetricID]int64) []byte {
	if len(scores) == 0 {
		return b
	}
	b = append(b, `,"scores":`...)
	open := byte('{')
	for _, k := range sortedKeys(scores) {
		b = append(b, open)
		b = append(appendString(b, string(k)), ':')
		b = strconv.AppendInt(b, scores[k], 10)
		open = ','
	}
	return append(b, '}')
}

func appendVerbatims(b []byte, verbatims []cx.Verbatim) []byte {
	if len(verbatims) == 0 {
		return b
	}
	b = append(b, `,"verbatims":`...)
	open := byte('[')
	for _, v := range verbatims {
		b = append(b, open, '{')
		if v.Question != "" {
			b = append(appendString(append(b, `"question":`...), v.Question), ',')
		}
		b = append(appendString(append(b, `"text":`...), v.Text), '}')
		open = ','
	}
	return append(b, ']')
}

func appendAttributes(b []byte, attributes map[cx.AttributeID]any) []byte {
	if len(attributes) == 0 {
		return b
	}
	b = append(b, `,"attributes":`...)
	open := byte('{')
	for _, k := range sortedKeys(attributes) {
		b = append(b, open)
		b = append(appendString(b, string(k)), ':')
		switch v := attributes[k].(type) {
		case string:
			b = appendString(b, v)
		case float64:
			b = appendNumber(b, v)
		case bool:
			b = strconv.AppendBool(b, v)
		default:
			b = append(b, "null"...)
		}
		open = ','
	}
	return append(b, '}')
}

func appendNumber(b []byte, v float64) []byte {
	if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
		return strconv.AppendInt(b, int64(v), 10)
	}
	return strconv.AppendFloat(b, v, 'g', -1, 64)
}

const hexDigits = "0123456789abcdef"

func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[start:i]...)
		start = i + 1
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return append(append(b, s[start:]...), '"')
}

// Decode reads the payload of a Stored; state, identity and number come from its row.
func Decode(s Stored) (cx.Feedback, error) {
	var f struct {
		V int `json:"schema"`
		cx.Feedback
	}
	if s.State == cx.Erased || len(s.Payload) == 0 {
		return cx.Feedback{ID: s.ID, State: cx.Erased}, nil
	}
	if err := json.Unmarshal(s.Payload, &f); err != nil {
		return cx.Feedback{}, fmt.Errorf("feedback %d: %w", s.ID, err)
	}
	if f.V != Schema {
		return cx.Feedback{}, fmt.Errorf("feedback %d: schema %d is not known", s.ID, f.V)
	}
	f.ID, f.State, f.Identity = s.ID, s.State, s.Identity
	return f.Feedback, nil
}

// appendSent appends a form of what was sent that is equal only for equal content.
func appendSent(b []byte, in *Incoming) []byte {
	for _, s := range [...]string{in.Source, in.SourceID, in.Touchpoint, in.Channel, in.CollectedBy, in.Program, in.Audience,
		in.Contact, in.Unit, in.Agent, in.Lang, in.Survey, in.Verbatim} {
		b = appendSized(b, s)
	}
	b = binary.BigEndian.AppendUint64(b, uint64(in.At.UnixMicro()))
	b = binary.AppendUvarint(b, uint64(len(in.Scores)))
	for _, k := range sortedKeys(in.Scores) {
		b = binary.BigEndian.AppendUint64(appendSized(b, k), math.Float64bits(in.Scores[k]))
	}
	b = binary.AppendUvarint(b, uint64(len(in.Verbatims)))
	for _, v := range in.Verbatims {
		b = appendSized(appendSized(b, v.Question), v.Text)
	}
	b = appendSentAttributes(b, in.Attributes)
	if c := in.Customer; c != nil {
		for _, s := range [...]string{c.Ref, c.Email, c.Phone, c.Name, c.Status} {
			b = appendSized(b, s)
		}
		b = appendSentAttributes(b, c.Attributes)
	}
	if len(in.Media) > 0 { // what came before there was any keeps its hash
		b = binary.AppendUvarint(b, math.MaxUint64) // no text is as long
		for _, id := range in.Media {
			b = appendSized(b, string(id))
		}
	}
	return b
}

func appendSized(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendSentAttributes(b []byte, attributes map[string]any) []byte {
	b = binary.AppendUvarint(b, uint64(len(attributes)))
	for _, k := range sortedKeys(attributes) {
		b = appendSized(b, k)
		switch v, _ := plain(attributes[k]); v := v.(type) {
		case string:
			b = appendSized(append(b, 's'), v)
		case float64:
			b = binary.BigEndian.AppendUint64(append(b, 'n'), math.Float64bits(v))
		case bool:
			b = strconv.AppendBool(b, v)
		default:
			b = append(b, '0')
		}
	}
	return b
}

func sortedKeys[K ~string, V any](m map[K]V) []K {
	if len(m) == 0 {
		return nil
	}
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
