package cx

import (
	"errors"
	"fmt"
)

// Kind sorts errors by what the caller can do about them. Anything without a kind is internal.
type Kind int

const (
	Internal    Kind = iota
	Invalid          // the input is wrong: 422 (400 for what cannot be read at all)
	NotFound         // unknown, foreign or malformed: answered alike
	Conflict         // same key, other content
	Denied           // known person, not allowed
	TooMany          // slow down
	Unavailable      // try again with the same key
)

// Error is an error a person may read. Code is a message id of the language catalogues ("collect.off_scale"), Args
// its values; Error() gives English for logs and must hold no personal data.
type Error struct {
	Kind  Kind
	Field string // path of the faulty field ("scores.nps"), "" when none
	Code  string
	Args  map[string]any
	Cause error
}

func (e *Error) Error() string {
	s := e.Code
	if e.Field != "" {
		s = e.Field + ": " + s
	}
	if e.Cause != nil {
		s += ": " + e.Cause.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.Cause }

// Fail makes an Error. args are pairs name, value.
func Fail(k Kind, field, code string, args ...any) *Error {
	e := &Error{Kind: k, Field: field, Code: code}
	for i := 0; i+1 < len(args); i += 2 {
		if e.Args == nil {
			e.Args = map[string]any{}
		}
		e.Args[fmt.Sprint(args[i])] = args[i+1]
	}
	return e
}

// KindOf gives the kind of err, Internal when it has none.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}
