package journey

import (
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Line gives the line of a YAML document where a field of Check stands, or that of the nearest thing that holds it when
// the field is not written; 0 when the document cannot be read.
func Line(document []byte, field string) int {
	file, err := parser.ParseBytes(document, 0)
	if err != nil {
		return 0
	}
	for ; ; field = parent(field) {
		if line := lineOf(file, field); line > 0 || field == "" {
			return max(line, 1)
		}
	}
}

func lineOf(file *ast.File, field string) int {
	path, err := yaml.PathString(quoted(field))
	if err != nil {
		return 0
	}
	node, err := path.FilterFile(file)
	if err != nil || node == nil || node.GetToken() == nil {
		return 0
	}
	return node.GetToken().Position.Line
}

var step = regexp.MustCompile(`\.?([^.\[\]]+)|\[\d+\]`)

// quoted writes a field as the path of a document; names may hold dashes.
func quoted(field string) string {
	var b strings.Builder
	b.WriteByte('$')
	for _, m := range step.FindAllStringSubmatch(field, -1) {
		if m[1] == "" {
			b.WriteString(m[0])
		} else {
			b.WriteString(".'" + m[1] + "'")
		}
	}
	return b.String()
}

// parent takes the last step of a field away.
func parent(field string) string {
	return field[:max(0, strings.LastIndexAny(field, ".["))]
}
