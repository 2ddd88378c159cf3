package journey

import (
	"errors"

	"github.com/goccy/go-yaml"

	"vigie/internal/cx"
)

// ParseYAML reads one journey. An unknown field, or one twice, is an error that names its line. Nothing else is checked.
func ParseYAML(b []byte) (Journey, error) {
	var j Journey
	err := parse(b, &j)
	return j, err
}

func parse(b []byte, into any) error {
	err := yaml.UnmarshalWithOptions(b, into, yaml.Strict())
	if e, ok := errors.AsType[yaml.Error](err); ok {
		line := 0
		if t := e.GetToken(); t != nil {
			line = t.Position.Line
		}
		return cx.Fail(cx.Invalid, "", "journey.yaml", "line", line, "reason", e.GetMessage())
	}
	if err != nil {
		return cx.Fail(cx.Invalid, "", "journey.yaml", "line", 0, "reason", err.Error())
	}
	return nil
}

// YAML writes the journey as ParseYAML reads it.
func (j Journey) YAML() ([]byte, error) { return yaml.Marshal(j) }
