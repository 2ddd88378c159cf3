package journey

import (
	"embed"
	"fmt"

	"vigie/internal/cx"
)

//go:embed templates/*.yaml
var templates embed.FS

// Template is a journey to start from: plausible stages and three to five touchpoints, satisfaction first.
type Template struct {
	Key     string  `yaml:"key"`
	Name    cx.Text `yaml:"name"`
	Summary cx.Text `yaml:"summary"`
	Journey Journey `yaml:"journey"`
}

// Templates lists the templates in the order they are shown.
func Templates() ([]Template, error) {
	var l []Template
	for _, key := range []string{"ecommerce", "insurance", "energy", "bank", "public", "b2b"} {
		b, err := templates.ReadFile("templates/" + key + ".yaml")
		if err != nil {
			return nil, err
		}
		t := Template{Key: key}
		if err := parse(b, &t); err != nil {
			return nil, fmt.Errorf("template %s: %w", key, err)
		}
		l = append(l, t)
	}
	return l, nil
}
