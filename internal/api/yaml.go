package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"

	"vigie/internal/cx"
)

func yamlTypes() []string {
	return []string{"application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"}
}

// either answers in YAML when asked, else in JSON.
func (c *call) either(status int, v any) error {
	c.w.Header().Set("Vary", "Accept")
	if !c.accepts(yamlTypes()...) {
		return c.json(status, v)
	}
	b, err := yaml.Marshal(v)
	if err != nil {
		return err
	}
	c.bytes(status, "application/yaml; charset=utf-8", b)
	return nil
}

// structured reads a body in JSON or YAML, strictly: every unknown field is told with its path. A text given as plain
// words instead of by language is taken as French.
func (c *call) structured(into any) error {
	b, err := c.body(maxBody)
	if err != nil {
		return err
	}
	var tree any
	switch t := c.mediaType(); {
	case t == "application/json":
		err = decode(b, &tree)
	case slices.Contains(yamlTypes(), t):
		tree, err = yamlTree(b)
	default:
		err = &refusal{status: http.StatusUnsupportedMediaType, err: cx.Fail(cx.Invalid, "Content-Type", "api.media_type", "types", "application/json, application/yaml")}
	}
	if err != nil {
		return err
	}
	if l := shape(&tree, reflect.TypeOf(into).Elem(), ""); len(l) > 0 {
		return &refusal{status: http.StatusBadRequest, err: errors.Join(l...)}
	}
	if b, err = json.Marshal(tree); err != nil {
		return malformed("", "api.not_json", "offset", 0)
	}
	return decode(b, into)
}

// shape compares a tree with a type: unknown fields, and values of another kind, each with its path. Texts in plain
// words are put under "fr".
func shape(v *any, t reflect.Type, path string) []error {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if words, plain := (*v).(string); plain && t == reflect.TypeFor[cx.Text]() {
		*v = map[string]any{"fr": words}
	}
	if _, plain := (*v).(string); *v == nil || plain && t == reflect.TypeFor[time.Time]() {
		return nil
	}
	wrong := []error{cx.Fail(cx.Invalid, path, "api.wrong_type", "found", kindOf(*v), "wanted", wanted(t.Kind().String()))}
	switch t.Kind() {
	case reflect.Struct:
		m, ok := (*v).(map[string]any)
		if !ok {
			return wrong
		}
		return shapeFields(m, t, path)
	case reflect.Map:
		m, ok := (*v).(map[string]any)
		if !ok {
			return wrong
		}
		return shapeValues(m, t.Elem(), path)
	case reflect.Slice:
		l, ok := (*v).([]any)
		if !ok {
			return wrong
		}
		var errs []error
		for n := range l {
			errs = append(errs, shape(&l[n], t.Elem(), path+"["+strconv.Itoa(n)+"]")...)
		}
		return errs
	}
	if kindOf(*v) != wanted(t.Kind().String()) {
		return wrong
	}
	return nil
}

func shapeFields(m map[string]any, t reflect.Type, path string) []error {
	fields := map[string]reflect.Type{}
	for _, f := range reflect.VisibleFields(t) { // those of what it embeds too
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
			fields[name] = f.Type
		}
	}
	var errs []error
	for _, key := range sorted(m) {
		at := dotted(path, key)
		ft, known := fields[key]
		if !known {
			errs = append(errs, cx.Fail(cx.Invalid, at, "api.unknown_field", "field", key))
			continue
		}
		v := m[key]
		errs = append(errs, shape(&v, ft, at)...)
		m[key] = v
	}
	return errs
}

func shapeValues(m map[string]any, t reflect.Type, path string) []error {
	var errs []error
	for _, key := range sorted(m) {
		v := m[key]
		errs = append(errs, shape(&v, t, dotted(path, key))...)
		m[key] = v
	}
	return errs
}

func sorted(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func dotted(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func kindOf(v any) string {
	switch v.(type) {
	case string:
		return "string"
	case bool:
		return "bool"
	case []any:
		return "list"
	case map[string]any:
		return "object"
	}
	return "number"
}

// maxDepth of a YAML document.
const maxDepth = 64

// yamlTree reads one YAML document. Anchors and aliases, which may unfold without end, are refused, and so is what is
// nested deeper than any journey.
func yamlTree(b []byte) (any, error) {
	depth, line, dashes := 0, 0, 0
	for _, t := range lexer.Tokenize(string(b)) {
		if t.Position.Line != line {
			line, dashes = t.Position.Line, 0
		}
		switch t.Type {
		case token.AnchorType, token.AliasType, token.MergeKeyType:
			return nil, malformed("", "api.yaml_alias", "line", line)
		case token.MappingStartType, token.SequenceStartType:
			depth++
		case token.MappingEndType, token.SequenceEndType:
			depth--
		case token.SequenceEntryType, token.MappingKeyType:
			dashes++
		}
		if depth > maxDepth || dashes > maxDepth || t.Position.IndentNum > 8*maxDepth {
			return nil, malformed("", "api.yaml_deep", "line", line)
		}
	}
	var tree any
	if err := yaml.Unmarshal(b, &tree); err != nil {
		line, reason := 0, err.Error()
		if e, ok := errors.AsType[yaml.Error](err); ok {
			reason = e.GetMessage()
			if t := e.GetToken(); t != nil {
				line = t.Position.Line
			}
		}
		return nil, malformed("", "api.yaml", "line", line, "reason", reason)
	}
	return tree, nil
}
