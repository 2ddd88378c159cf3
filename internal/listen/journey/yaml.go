package journey

import (
	"bytes"
	"encoding/json"
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

// YAML writes the journey as ParseYAML reads it. Where blocks would not keep a text as it is (a line of blanks), it is
// written as JSON, which is YAML too.
func (j Journey) YAML() ([]byte, error) {
	b, err := yaml.Marshal(j)
	if err != nil {
		return nil, err
	}
	if back, err := ParseYAML(b); err == nil && len(j.Diff(back)) == 0 {
		return b, nil
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err = e.Encode(j)
	return out.Bytes(), err
}
