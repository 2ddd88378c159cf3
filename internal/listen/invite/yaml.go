package invite

import (
	"errors"

	"github.com/goccy/go-yaml"

	"vigie/internal/cx"
)

// ParseRule reads one rule. An unknown field, or one twice, is an error that names its line. Nothing else is checked.
func ParseRule(b []byte) (Rule, error) {
	var r Rule
	err := yaml.UnmarshalWithOptions(b, &r, yaml.Strict())
	if e, ok := errors.AsType[yaml.Error](err); ok {
		line := 0
		if t := e.GetToken(); t != nil {
			line = t.Position.Line
		}
		return r, cx.Fail(cx.Invalid, "", "survey.yaml", "line", line, "reason", e.GetMessage())
	}
	if err != nil {
		return r, cx.Fail(cx.Invalid, "", "survey.yaml", "line", 0, "reason", err.Error())
	}
	return r, nil
}

// YAML writes what may be changed of a rule as ParseRule reads it: not its stage, checks and decisions.
func (r Rule) YAML() ([]byte, error) {
	r.Stage, r.Checks, r.Decisions = Framing, nil, nil
	return yaml.Marshal(r)
}
