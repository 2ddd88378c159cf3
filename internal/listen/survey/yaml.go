package survey

import (
	"errors"

	"github.com/goccy/go-yaml"

	"vigie/internal/cx"
)

// ParseYAML reads one survey. An unknown field, or one twice, is an error that names its line. Nothing else is checked.
func ParseYAML(b []byte) (Definition, error) {
	var d Definition
	err := yaml.UnmarshalWithOptions(b, &d, yaml.Strict())
	if e, ok := errors.AsType[yaml.Error](err); ok {
		line := 0
		if t := e.GetToken(); t != nil {
			line = t.Position.Line
		}
		return d, cx.Fail(cx.Invalid, "", "survey.yaml", "line", line, "reason", e.GetMessage())
	}
	if err != nil {
		return d, cx.Fail(cx.Invalid, "", "survey.yaml", "line", 0, "reason", err.Error())
	}
	return d, nil
}

// YAML writes the survey as ParseYAML reads it.
func (d *Definition) YAML() ([]byte, error) { return yaml.Marshal(d) }
