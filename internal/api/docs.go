package api

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"vigie/internal/lang"
)

//go:embed docs.gohtml docs.css
var docsFiles embed.FS

// docsPages are the pages by language.
type docsPages map[string][]byte

// docs shows the operations: no script, no other site, nothing to fetch but its own style.
func (a *API) docs(c *call) error {
	l := c.lang()
	if tag := c.URL.Query().Get("lang"); tag != "" {
		l = lang.For(tag)
	}
	h := c.w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("Cache-Control", "public, max-age=300")
	h.Set("Vary", "Accept-Language")
	h.Set("Content-Language", l.Tag())
	c.bytes(http.StatusOK, "text/html; charset=utf-8", a.page[l.Tag()])
	return nil
}

func (a *API) docsStyle(c *call) error {
	b, err := docsFiles.ReadFile("docs.css")
	if err != nil {
		return err
	}
	c.w.Header().Set("Cache-Control", "public, max-age=300")
	c.bytes(http.StatusOK, "text/css; charset=utf-8", b)
	return nil
}

type docsData struct {
	Lang    string
	Title   string
	About   string
	Key     string
	T       func(string, ...any) string
	Tags    []docsTag
	Schemas []docsSchema
}

type docsTag struct {
	Name, Title string
	Operations  []docsOperation
}

type docsOperation struct {
	ID, Method, Path, Title, More string
	Params                        []*huma.Param
	In, Out                       []docsBody
	Statuses                      []string
}

type docsBody struct{ Status, Type, Schema, Text string }

type docsSchema struct{ Name, Text string }

func (a *API) docsPage(l lang.Lang) ([]byte, error) {
	doc, err := a.document31(l)
	if err != nil {
		return nil, err
	}
	data := docsData{Lang: l.Tag(), Title: doc.Info.Title, About: doc.Info.Description, Key: l.T("api.key"), T: l.T}
	for _, tag := range doc.Tags {
		data.Tags = append(data.Tags, docsTag{Name: tag.Name, Title: tag.Description})
	}
	for _, o := range operations(doc) {
		for n := range data.Tags {
			if data.Tags[n].Name == o.Tags[0] {
				data.Tags[n].Operations = append(data.Tags[n].Operations, operationOf(o))
			}
		}
	}
	schemas := doc.Components.Schemas.Map()
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		data.Schemas = append(data.Schemas, docsSchema{name, textOf(schemas[name])})
	}
	t, err := template.ParseFS(docsFiles, "docs.gohtml")
	if err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	if err := t.Execute(&buf, data); err != nil {
		return nil, fmt.Errorf("page of the API: %w", err)
	}
	return buf.Bytes(), nil
}

func operationOf(o *huma.Operation) docsOperation {
	d := docsOperation{ID: o.OperationID, Method: o.Method, Path: o.Path, Title: o.Summary, More: o.Description, Params: o.Parameters}
	if o.RequestBody != nil {
		d.In = bodies("", o.RequestBody.Content)
	}
	for _, status := range slices.Sorted(maps.Keys(o.Responses)) {
		if status < "300" {
			d.Out = append(d.Out, bodies(status, o.Responses[status].Content)...)
			if len(o.Responses[status].Content) == 0 {
				d.Out = append(d.Out, docsBody{Status: status})
			}
		} else {
			d.Statuses = append(d.Statuses, status)
		}
	}
	return d
}

func bodies(status string, content map[string]*huma.MediaType) []docsBody {
	var l []docsBody
	for _, t := range slices.Sorted(maps.Keys(content)) {
		b := docsBody{Status: status, Type: t}
		if ref := content[t].Schema.Ref; ref != "" {
			b.Schema = ref[len("#/components/schemas/"):]
		} else {
			b.Text = textOf(content[t].Schema)
		}
		l = append(l, b)
	}
	return l
}

func textOf(s *huma.Schema) string {
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err.Error()
	}
	return string(b)
}
