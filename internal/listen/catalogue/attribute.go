package catalogue

import "vigie/internal/cx"

// AttributeType is fixed by the declaration, else by the first value met; a conflicting value is flagged, the feedback kept.
type AttributeType string

const (
	TextAttribute   AttributeType = "text"
	NumberAttribute AttributeType = "number"
	BoolAttribute   AttributeType = "bool"
	DateAttribute   AttributeType = "date"
)

// Attribute is one thing known of a feedback or its customer beside the fixed context.
type Attribute struct {
	Key       cx.AttributeID `json:"key" yaml:"key"`
	Name      cx.Text        `json:"name,omitempty" yaml:"name,omitempty"`
	Type      AttributeType  `json:"type" yaml:"type"`
	Projected bool           `json:"projected,omitempty" yaml:"projected,omitempty"` // a column of the projection: at most 60
	Personal  bool           `json:"personal,omitempty" yaml:"personal,omitempty"`   // never projected, masked in lists
}
