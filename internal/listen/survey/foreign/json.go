package foreign

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// node is a part of a JSON file of uncertain shape: where something is missing or of another type, it is empty. Tools
// write an empty list for an empty object, and numbers as text.
type node struct{ v any }

const depthMost = 200

func parseJSON(b []byte) (node, error) {
	depth, quoted := 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && (c == '{' || c == '['):
			if depth++; depth > depthMost {
				return node{}, broken(errDeep)
			}
		case !quoted && (c == '}' || c == ']'):
			depth--
		}
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return node{}, broken(err)
	}
	return node{v}, nil
}

func (n node) get(path ...string) node {
	for _, key := range path {
		switch v := n.v.(type) {
		case map[string]any:
			n = node{v[key]}
		case []any:
			i, err := strconv.Atoi(key)
			if err != nil || i < 0 || i >= len(v) {
				return node{}
			}
			n = node{v[i]}
		default:
			return node{}
		}
	}
	return n
}

// str is a text, a number or a truth value as text.
func (n node) str() string {
	switch v := n.v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

func (n node) isList() bool { _, ok := n.v.([]any); return ok }

func (n node) empty() bool {
	switch v := n.v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	case bool:
		return !v
	}
	return false
}

// keys of an object, numbers first in their order; of a list, its places.
func (n node) keys() []string {
	switch v := n.v.(type) {
	case map[string]any:
		return slices.SortedFunc(maps.Keys(v), byNumber)
	case []any:
		l := make([]string, len(v))
		for i := range v {
			l[i] = strconv.Itoa(i)
		}
		return l
	}
	return nil
}

func byNumber(a, b string) int {
	x, errX := strconv.Atoi(a)
	y, errY := strconv.Atoi(b)
	switch {
	case errX == nil && errY == nil:
		return x - y
	case errX == nil:
		return -1
	case errY == nil:
		return 1
	}
	return strings.Compare(a, b)
}

// each gives the members in the order of keys.
func (n node) each() []node {
	var l []node
	for _, k := range n.keys() {
		l = append(l, n.get(k))
	}
	return l
}
