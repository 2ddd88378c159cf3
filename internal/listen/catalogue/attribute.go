package catalogue

import (
	"strings"
	"time"

	"vigie/internal/cx"
)

// AttributeType is fixed by the declaration, else by the first value met; a conflicting value is flagged, the feedback kept.
type AttributeType string

const (
	TextAttribute   AttributeType = "text"
	NumberAttribute AttributeType = "number"
	BoolAttribute   AttributeType = "bool"
	DateAttribute   AttributeType = "date" // by declaration only: 2006-01-02, sent as text
)

const (
	// MaxProjected attributes are columns of the projection.
	MaxProjected = 60
	// autoProjected is how many undeclared attributes become columns by being met.
	autoProjected = 20
	// maxMet is how many attributes are registered by being met; beyond it values are kept, unregistered.
	maxMet = 10_000
)

// Attribute is one thing known of a feedback or its customer beside the fixed context.
type Attribute struct {
	Key       cx.AttributeID `json:"key" yaml:"key"`
	Name      cx.Text        `json:"name,omitempty" yaml:"name,omitempty"`
	Type      AttributeType  `json:"type" yaml:"type"`
	Projected bool           `json:"projected,omitempty" yaml:"projected,omitempty"` // a column of the projection: at most 60
	Personal  bool           `json:"personal,omitempty" yaml:"personal,omitempty"`   // never projected, masked in lists
}

// TypeOf gives the type of a value as it comes: string, number or bool; "" for anything else.
func TypeOf(v any) AttributeType {
	switch v.(type) {
	case string:
		return TextAttribute
	case bool:
		return BoolAttribute
	case float64, float32, int, int64:
		return NumberAttribute
	}
	return ""
}

// Fits tells whether v is a value of the attribute's type; one that does not fit is flagged, never refused.
func (a Attribute) Fits(v any) bool {
	if a.Type != DateAttribute {
		return TypeOf(v) == a.Type
	}
	s, ok := v.(string)
	if !ok {
		return false
	}
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// Check gives everything wrong with the declaration, nil when it may be used.
func (a Attribute) Check() []*cx.Error {
	var l []*cx.Error
	if !cx.ValidKey(string(a.Key)) {
		l = append(l, cx.Fail(cx.Invalid, "key", "attribute.key", "key", string(a.Key)))
	}
	switch a.Type {
	case TextAttribute, NumberAttribute, BoolAttribute, DateAttribute:
	default:
		l = append(l, cx.Fail(cx.Invalid, "type", "attribute.type", "type", string(a.Type)))
	}
	if a.Personal && a.Projected {
		l = append(l, cx.Fail(cx.Invalid, "projected", "attribute.personal"))
	}
	return l
}

// looksPersonal is a caution for undeclared attributes: an address, or a key that says it names a person. An
// administrator may decide otherwise.
func looksPersonal(key cx.AttributeID, v any) bool {
	k := string(key)
	for _, word := range []string{"email", "e-mail", "mail_address", "phone", "telephone", "mobile", "first_name", "last_name",
		"firstname", "lastname", "surname", "birth", "iban", "prenom", "nom_client"} {
		if strings.Contains(k, word) {
			return true
		}
	}
	s, ok := v.(string)
	if !ok {
		return false
	}
	_, domain, at := strings.Cut(s, "@")
	return at && strings.Contains(domain, ".") && !strings.ContainsAny(s, " \t\n")
}
