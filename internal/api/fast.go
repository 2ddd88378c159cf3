package api

import (
	"encoding/json"
	"math"
	"strconv"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
)

// decodeUsual reads a feedback written the usual way, several times faster than encoding/json and to the same value
// (held to it by a fuzz test). On anything else, right or wrong, it answers false: encoding/json then says.
// The text is kept alive by the strings of the result.
func decodeUsual(text string, in *collect.Incoming) bool {
	u := usual{s: text}
	var seen uint32
	ok := u.object(func(key string) bool {
		n, done := u.member(key, in)
		again := seen&(1<<n) != 0
		seen |= 1 << n
		return done && !again
	})
	u.space()
	return ok && u.i == len(u.s)
}

// usual reads JSON from the front. Every method answers false when it met something unusual.
type usual struct {
	s string
	i int
}

// member reads the value of one member of a feedback and gives a number of its own.
func (u *usual) member(key string, in *collect.Incoming) (n uint, ok bool) {
	texts := [...]struct {
		key  string
		into *string
	}{{"source", &in.Source}, {"source_id", &in.SourceID}, {"touchpoint", &in.Touchpoint}, {"channel", &in.Channel},
		{"collected_by", &in.CollectedBy}, {"program", &in.Program}, {"audience", &in.Audience}, {"contact", &in.Contact},
		{"unit", &in.Unit}, {"agent", &in.Agent}, {"lang", &in.Lang}, {"survey", &in.Survey}, {"verbatim", &in.Verbatim}}
	for n, t := range texts {
		if t.key == key {
			return uint(n), u.text(t.into)
		}
	}
	switch key {
	case "at":
		return 20, u.at(in)
	case "scores":
		return 21, u.scores(in)
	case "attributes":
		return 22, u.attributes(&in.Attributes)
	case "verbatims":
		return 23, u.verbatims(in)
	case "customer":
		return 24, u.customer(in)
	}
	return 31, false
}

func (u *usual) at(in *collect.Incoming) bool {
	u.space()
	from := u.i
	var s string
	return u.text(&s) && in.At.UnmarshalJSON([]byte(u.s[from:u.i])) == nil
}

func (u *usual) scores(in *collect.Incoming) bool {
	in.Scores = make(collect.Scores, 4)
	return u.object(func(key string) bool {
		v, ok := u.scalar()
		switch v := v.(type) {
		case float64:
			in.Scores[key] = v
		case bool:
			in.Scores[key] = 0
			if v {
				in.Scores[key] = 1
			}
		default:
			return false
		}
		return ok
	})
}

func (u *usual) attributes(into *map[string]any) bool {
	*into = make(map[string]any, 4)
	return u.object(func(key string) bool {
		v, ok := u.scalar()
		(*into)[key] = v
		return ok
	})
}

func (u *usual) verbatims(in *collect.Incoming) bool {
	in.Verbatims = []cx.Verbatim{}
	if !u.take('[') {
		return false
	}
	if u.take(']') {
		return true
	}
	for {
		var v cx.Verbatim
		ok := u.object(func(key string) bool {
			switch key {
			case "question":
				return u.text(&v.Question)
			case "text":
				return u.text(&v.Text)
			}
			return false
		})
		in.Verbatims = append(in.Verbatims, v)
		switch {
		case !ok:
			return false
		case u.take(']'):
			return true
		case !u.take(','):
			return false
		}
	}
}

func (u *usual) customer(in *collect.Incoming) bool {
	c := &collect.Customer{}
	in.Customer = c
	known := false
	return u.object(func(key string) bool {
		switch key {
		case "ref":
			return u.text(&c.Ref)
		case "email":
			return u.text(&c.Email)
		case "phone":
			return u.text(&c.Phone)
		case "name":
			return u.text(&c.Name)
		case "status":
			return u.text(&c.Status)
		case "attributes":
			again := known
			known = true
			return u.attributes(&c.Attributes) && !again
		}
		return false
	})
}

// object reads an object, calling value at each member's value.
func (u *usual) object(value func(key string) bool) bool {
	if !u.take('{') {
		return false
	}
	if u.take('}') {
		return true
	}
	for {
		var key string
		if !u.text(&key) || !u.take(':') || !value(key) {
			return false
		}
		if u.take('}') {
			return true
		}
		if !u.take(',') {
			return false
		}
	}
}

func (u *usual) space() {
	for u.i < len(u.s) && (u.s[u.i] == ' ' || u.s[u.i] == '\n' || u.s[u.i] == '\r' || u.s[u.i] == '\t') {
		u.i++
	}
}

// take passes one character, after white space.
func (u *usual) take(c byte) bool {
	u.space()
	if u.i >= len(u.s) || u.s[u.i] != c {
		return false
	}
	u.i++
	return true
}

// text reads a string.
func (u *usual) text(into *string) bool {
	if !u.take('"') {
		return false
	}
	from, escaped := u.i, false
	for ; u.i < len(u.s); u.i++ {
		switch c := u.s[u.i]; {
		case c == '"':
			u.i++
			if escaped {
				return json.Unmarshal([]byte(u.s[from-1:u.i]), into) == nil
			}
			*into = u.s[from : u.i-1]
			return true
		case c == '\\':
			escaped = true
			u.i++
		case c < ' ':
			return false
		}
	}
	return false
}

// scalar reads a string, a number or a boolean.
func (u *usual) scalar() (any, bool) {
	u.space()
	rest := u.s[u.i:]
	switch {
	case rest == "":
		return nil, false
	case rest[0] == '"':
		var s string
		ok := u.text(&s)
		return s, ok
	case len(rest) >= 4 && rest[:4] == "true":
		u.i += 4
		return true, true
	case len(rest) >= 5 && rest[:5] == "false":
		u.i += 5
		return false, true
	}
	return u.number()
}

// number reads a number as JSON writes it.
func (u *usual) number() (any, bool) {
	from := u.i
	u.pass("-")
	whole := u.digits()
	if whole == 0 || whole > 1 && u.s[u.i-whole] == '0' {
		return nil, false
	}
	if whole == len(u.s[from:u.i]) && whole < 16 && !u.more() {
		n := 0.0
		for _, c := range []byte(u.s[from:u.i]) {
			n = n*10 + float64(c-'0')
		}
		return n, true
	}
	if u.pass(".") && u.digits() == 0 {
		return nil, false
	}
	if u.pass("eE") {
		u.pass("+-")
		if u.digits() == 0 {
			return nil, false
		}
	}
	f, err := strconv.ParseFloat(u.s[from:u.i], 64)
	return f, err == nil && !math.IsInf(f, 0)
}

func (u *usual) more() bool {
	return u.i < len(u.s) && (u.s[u.i] == '.' || u.s[u.i] == 'e' || u.s[u.i] == 'E')
}

// pass takes one of the characters, if it is there.
func (u *usual) pass(any string) bool {
	for n := range len(any) {
		if u.i < len(u.s) && u.s[u.i] == any[n] {
			u.i++
			return true
		}
	}
	return false
}

func (u *usual) digits() int {
	from := u.i
	for u.i < len(u.s) && u.s[u.i] >= '0' && u.s[u.i] <= '9' {
		u.i++
	}
	return u.i - from
}
