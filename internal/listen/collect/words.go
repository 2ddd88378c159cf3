package collect

import (
	"bytes"
	"encoding/json"
	"fmt"

	"vigie/internal/cx"
)

// Words is what a person said in a feedback, without the rest of it.
type Words struct {
	Audience cx.Audience
	Lang     string
	Texts    []string
}

// WordsOf reads the words of a Stored; one without any costs next to nothing.
func WordsOf(s Stored) (Words, error) {
	if !bytes.Contains(s.Payload, []byte(`"verbatims"`)) {
		return Words{}, nil
	}
	r := payloadReader{b: s.Payload}
	if w, ok := r.words(); ok {
		return w, nil
	}
	w, err := wordsOfAny(s.Payload)
	if err != nil {
		return Words{}, fmt.Errorf("feedback %d: %w", s.ID, err)
	}
	return w, nil
}

// wordsOfAny reads any JSON form of a payload.
func wordsOfAny(payload []byte) (Words, error) {
	var f struct {
		Audience  cx.Audience   `json:"audience"`
		Lang      string        `json:"lang"`
		Verbatims []cx.Verbatim `json:"verbatims"`
	}
	if err := json.Unmarshal(payload, &f); err != nil {
		return Words{}, err
	}
	w := Words{Audience: f.Audience, Lang: f.Lang}
	for _, v := range f.Verbatims {
		w.Texts = append(w.Texts, v.Text)
	}
	return w, nil
}

// payloadReader reads what appendPayload writes: no white space, its members in their order. On anything else it
// answers false.
type payloadReader struct {
	b []byte
	i int
}

// words reads as far as the verbatims, after which only attributes stand: those are not looked at.
func (r *payloadReader) words() (w Words, ok bool) {
	for open := byte('{'); ; open = ',' {
		var key string
		if !r.take(open) || !r.text(&key) || !r.take(':') {
			return w, false
		}
		switch key {
		case "audience":
			ok = r.text((*string)(&w.Audience))
		case "lang":
			ok = r.text(&w.Lang)
		case "verbatims":
			ok = r.verbatims(&w)
			return w, ok && (string(r.b[r.i:]) == "}" || bytes.HasPrefix(r.b[r.i:], []byte(`,"attributes":{`)))
		default:
			ok = r.skip()
		}
		if !ok {
			return w, false
		}
	}
}

func (r *payloadReader) verbatims(w *Words) bool {
	for open := byte('['); ; open = ',' {
		if !r.take(open) {
			return false
		}
		var name, text string
		if !r.take('{') || !r.text(&name) || !r.take(':') || !r.text(&text) {
			return false
		}
		if name == "question" && (!r.take(',') || !r.text(&name) || !r.take(':') || !r.text(&text)) {
			return false
		}
		if name != "text" || !r.take('}') {
			return false
		}
		w.Texts = append(w.Texts, text)
		if r.take(']') {
			return true
		}
	}
}

func (r *payloadReader) take(c byte) bool {
	if r.i >= len(r.b) || r.b[r.i] != c {
		return false
	}
	r.i++
	return true
}

// text reads a string.
func (r *payloadReader) text(into *string) bool {
	from := r.i
	plain, ok := r.quoted()
	if !ok {
		return false
	}
	if plain {
		*into = string(r.b[from+1 : r.i-1])
		return true
	}
	return json.Unmarshal(r.b[from:r.i], into) == nil
}

// quoted passes a string and tells whether it stands there as it is, without escape.
func (r *payloadReader) quoted() (plain, ok bool) {
	if !r.take('"') {
		return false, false
	}
	plain = true
	for ; r.i < len(r.b); r.i++ {
		switch r.b[r.i] {
		case '"':
			r.i++
			return plain, true
		case '\\':
			plain = false
			r.i++
		}
	}
	return false, false
}

// skip passes a string, a number, or a flat object of scores.
func (r *payloadReader) skip() bool {
	if r.i < len(r.b) && r.b[r.i] == '"' {
		_, ok := r.quoted()
		return ok
	}
	if r.take('{') {
		for r.i < len(r.b) && r.b[r.i] != '}' {
			if r.b[r.i] != '"' {
				r.i++
			} else if _, ok := r.quoted(); !ok {
				return false
			}
		}
		return r.take('}')
	}
	from := r.i
	for r.i < len(r.b) && r.b[r.i] >= '-' && r.b[r.i] <= '9' {
		r.i++
	}
	return r.i > from
}
