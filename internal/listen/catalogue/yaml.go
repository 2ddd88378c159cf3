package catalogue

import (
	"errors"

	"github.com/goccy/go-yaml"

	"vigie/internal/cx"
)

// File is a catalogue as one YAML document.
type File struct {
	Metrics    []cx.Metric    `json:"metrics,omitempty" yaml:"metrics,omitempty"`
	Indicators []cx.Indicator `json:"indicators,omitempty" yaml:"indicators,omitempty"`
	Attributes []Attribute    `json:"attributes,omitempty" yaml:"attributes,omitempty"`
}

// ParseYAML reads a File. An unknown field, or one twice, is an error that names its line.
func ParseYAML(b []byte) (File, error) {
	var f File
	err := yaml.UnmarshalWithOptions(b, &f, yaml.Strict())
	if e, ok := errors.AsType[yaml.Error](err); ok {
		line := 0
		if t := e.GetToken(); t != nil {
			line = t.Position.Line
		}
		return f, &cx.Error{Kind: cx.Invalid, Code: "catalogue.yaml", Args: map[string]any{"line": line, "reason": e.GetMessage()}}
	}
	if err != nil {
		return f, &cx.Error{Kind: cx.Invalid, Code: "catalogue.yaml", Args: map[string]any{"line": 0, "reason": err.Error()}, Cause: err}
	}
	return f, nil
}

// YAML writes the whole catalogue.
func (c *Catalogue) YAML() ([]byte, error) {
	return yaml.Marshal(File{c.MetricList, c.IndicatorList, c.AttributeList})
}
