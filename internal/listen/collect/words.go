package collect

import (
	"bytes"
	"encoding/json"
	"fmt"

	"vigie/internal/cx"
)

// Words is what a person said in a feedback, without the rest of it.
type Words struct {
	Audience cx.Audience
	Lang     string
	Texts    []string
}

// WordsOf reads the words of a Stored; one without any costs next to nothing.
func WordsOf(s Stored) (Words, error) {
	if !bytes.Contains(s.Payload, []byte(`"verbatims"`)) {
		return Words{}, nil
	}
	var f struct {
		Audience  cx.Audience   `json:"audience"`
		Lang      string        `json:"lang"`
		Verbatims []cx.Verbatim `json:"verbatims"`
	}
	if err := json.Unmarshal(s.Payload, &f); err != nil {
		return Words{}, fmt.Errorf("feedback %d: %w", s.ID, err)
	}
	w := Words{Audience: f.Audience, Lang: f.Lang}
	for _, v := range f.Verbatims {
		w.Texts = append(w.Texts, v.Text)
	}
	return w, nil
}
