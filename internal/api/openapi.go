package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"vigie/internal/cx"
	"vigie/internal/lang"
)

// describe writes the OpenAPI document, in English, and the pages made of it in each language.
func (a *API) describe() error {
	doc, err := a.document31(lang.For("en"))
	if err != nil {
		return err
	}
	if a.document, err = json.Marshal(doc); err != nil {
		return fmt.Errorf("OpenAPI document: %w", err)
	}
	a.page = docsPages{}
	for _, tag := range lang.Tags() {
		if a.page[tag], err = a.docsPage(lang.For(tag)); err != nil {
			return err
		}
	}
	return nil
}

func (a *API) openAPI(c *call) error {
	c.w.Header().Set("Cache-Control", "public, max-age=300")
	c.bytes(http.StatusOK, "application/json", a.document)
	return nil
}

// document31 describes every route in the words of one language.
func (a *API) document31(l lang.Lang) (*huma.OpenAPI, error) {
	registry := huma.NewMapRegistry("#/components/schemas/", schemaName)
	registry.RegisterTypeAlias(reflect.TypeFor[cx.Text](), reflect.TypeFor[map[string]string]())
	doc := &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info:    &huma.Info{Title: l.T("api.title"), Version: "1", Description: l.T("api.about")},
		Servers: []*huma.Server{{URL: "/"}},
		Components: &huma.Components{Schemas: registry, SecuritySchemes: map[string]*huma.SecurityScheme{
			"key": {Type: "http", Scheme: "bearer", Description: l.T("api.key")}}},
		Security: []map[string][]string{{"key": {}}},
	}
	tags := map[string]bool{}
	for _, r := range a.routes() {
		if r.about.hidden {
			continue
		}
		if !tags[r.about.tag] {
			tags[r.about.tag] = true
			doc.Tags = append(doc.Tags, &huma.Tag{Name: r.about.tag, Description: l.T("api.tag." + r.about.tag)})
		}
		doc.AddOperation(describer{l, registry}.operation(r))
	}
	relax(registry)
	return doc, nil
}

func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if strings.HasPrefix(t.PkgPath(), "vigie/internal/listen/collect") && t.Name() == "Customer" {
		return "IncomingCustomer"
	}
	if strings.HasSuffix(t.PkgPath(), "/listen/hook") {
		return "Hook" + name
	}
	return name
}

// relax leaves required only what a writer must give.
func relax(r huma.Registry) {
	required := map[string][]string{
		"Incoming": {"source", "at"}, "Journey": {"name"}, "Stage": {"key", "name"}, "Touchpoint": {"key", "name"}, "Promise": {"text"},
		"Metric": {"name", "min", "max"}, "Indicator": {"name", "metric", "formula", "program", "audience"}, "Unit": {"name"}, "Attribute": {"type"},
		"Amendment": {}, "IncomingCustomer": {}, "HookConversation": {"source", "id", "channel"}, "HookReview": {"site", "at"}, "HookTurn": {"by", "text"},
	}
	for name, fields := range required {
		if s := r.Map()[name]; s != nil {
			s.Required = fields
		}
	}
}

type describer struct {
	lang     lang.Lang
	registry huma.Registry
}

func (d describer) operation(r route) *huma.Operation {
	o := &huma.Operation{OperationID: r.about.id, Method: r.Method, Path: r.Path, Tags: []string{r.about.tag},
		Summary: d.lang.T("api.op." + r.about.id), Responses: map[string]*huma.Response{}}
	if more := "api.op." + r.about.id + "_more"; d.lang.Has(more) {
		o.Description = d.lang.T(more)
	}
	for _, p := range r.about.params {
		own := *p
		own.Description = d.lang.T(p.Description)
		o.Parameters = append(o.Parameters, &own)
	}
	if r.about.in != nil {
		o.RequestBody = &huma.RequestBody{Required: true, Content: d.content(r.about.in, r.about.inTypes)}
	}
	success := r.about.success
	if len(success) == 0 {
		success = []int{http.StatusOK}
	}
	for _, status := range success {
		o.Responses[strconv.Itoa(status)] = &huma.Response{Description: http.StatusText(status)}
		if r.about.out != nil && status != http.StatusNoContent && status < http.StatusMultipleChoices {
			o.Responses[strconv.Itoa(status)].Content = d.content(r.about.out, r.about.outTypes)
		}
	}
	if r.about.id == "post_feedbacks" {
		o.Responses["200"].Content["application/x-ndjson"] = &huma.MediaType{Schema: d.schema(BatchResult{})}
	}
	d.refusals(o, r)
	return o
}

func (d describer) refusals(o *huma.Operation, r route) {
	all := append([]int{http.StatusUnauthorized, http.StatusForbidden, http.StatusInternalServerError}, r.about.refusals...)
	slices.Sort(all)
	for _, status := range all {
		o.Responses[strconv.Itoa(status)] = &huma.Response{Description: http.StatusText(status),
			Content: d.content(Problem{}, []string{"application/problem+json"})}
	}
}

func (d describer) content(v any, types []string) map[string]*huma.MediaType {
	if len(types) == 0 {
		types = []string{"application/json"}
	}
	out := map[string]*huma.MediaType{}
	for _, t := range types {
		out[t] = &huma.MediaType{Schema: d.schema(v)}
		switch {
		case t == "text/csv":
			out[t].Schema = &huma.Schema{Type: "string"}
		case t == "application/octet-stream", strings.HasPrefix(t, "application/vnd."):
			out[t].Schema = &huma.Schema{Type: "string", Format: "binary"}
		}
	}
	return out
}

func (d describer) schema(v any) *huma.Schema {
	if s, ok := v.(*huma.Schema); ok {
		return s
	}
	return d.registry.Schema(reflect.TypeOf(v), true, "")
}

// operations lists what the page shows, by tag in the order of the routes.
func operations(doc *huma.OpenAPI) []*huma.Operation {
	var l []*huma.Operation
	for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
		p := doc.Paths[path]
		for _, o := range []*huma.Operation{p.Get, p.Post, p.Put, p.Patch, p.Delete} {
			if o != nil {
				l = append(l, o)
			}
		}
	}
	return l
}
