package survey

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
)

//go:embed templates
var templates embed.FS

// templateOrder is the order they are offered in.
var templateOrder = []string{"delivery", "contact", "selfcare", "purchase", "relational", "store", "account", "employee", "exit"}

// Templates gives the surveys one may start from, in the order they are offered. They carry no offer.
func Templates() ([]Definition, error) {
	names, err := fs.Glob(templates, "templates/*.yaml")
	if err != nil {
		return nil, err
	}
	var l []Definition
	for _, name := range names {
		b, err := fs.ReadFile(templates, name)
		if err != nil {
			return nil, err
		}
		d, err := ParseYAML(b)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		l = append(l, d)
	}
	slices.SortStableFunc(l, func(a, b Definition) int {
		return slices.Index(templateOrder, string(a.Key)) - slices.Index(templateOrder, string(b.Key))
	})
	return l, nil
}
