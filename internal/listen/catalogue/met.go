package catalogue

import (
	"slices"

	"vigie/internal/cx"
)

// unknown gives an attribute for each value whose key is valid and not known, in the order of keys, as long as there is
// room for attributes nobody declared.
func (c *Catalogue) unknown(values map[cx.AttributeID]any) []Attribute {
	var l []Attribute
	for key, v := range values {
		if _, known := c.Attributes[key]; known {
			continue
		}
		if t := TypeOf(v); t != "" && cx.ValidKey(string(key)) {
			l = append(l, Attribute{Key: key, Type: t, Personal: looksPersonal(key, v)})
		}
	}
	slices.SortFunc(l, func(a, b Attribute) int {
		if a.Key < b.Key {
			return -1
		}
		return 1
	})
	return l[:min(len(l), max(0, maxMet-len(c.Attributes)))]
}
