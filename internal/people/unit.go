package people

import "vigie/internal/cx"

// Unit is a node of the organisation. Level names its depth ("region", "agency"); Zone is an IANA time zone, "" inherits
// from the parent and at last from the organisation.
type Unit struct {
	Key    cx.UnitID `json:"key" yaml:"key"`
	Name   cx.Text   `json:"name" yaml:"name"`
	Parent cx.UnitID `json:"parent,omitempty" yaml:"parent,omitempty"`
	Level  string    `json:"level,omitempty" yaml:"level,omitempty"`
	Zone   string    `json:"zone,omitempty" yaml:"zone,omitempty"`
	// Closed units keep their past and their place; nothing new is expected of them.
	Closed bool `json:"closed,omitempty" yaml:"closed,omitempty"`
}
