package foreign

import (
	"encoding/json"

	"vigie/internal/listen/survey"
)

// spell writes a condition in a line, for a message.
func spell(c *survey.Condition) string {
	b, err := json.Marshal(c)
	if err != nil {
		return ""
	}
	return shown(string(b))
}
