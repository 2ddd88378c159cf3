package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"vigie/internal/listen/collect"
	"vigie/internal/listen/response"
)

// operation describes a route. Its title is the message api.op.<id>, its longer words api.op.<id>_more when there are.
type operation struct {
	hidden bool
	id     string
	tag    string
	params []*huma.Param
	// in and out are values whose types describe the bodies, or *huma.Schema; nil: none.
	in, out           any
	inTypes, outTypes []string // empty: application/json
	success           []int    // empty: 200
	refusals          []int    // beside 401, 403 and 500
}

func opPostFeedbacks() operation {
	return operation{id: "post_feedbacks", tag: "feedbacks",
		params: []*huma.Param{header("Idempotency-Key", "api.param.idempotency")},
		in:     collect.Incoming{}, inTypes: []string{"application/json", "application/x-ndjson"},
		out: Receipt{}, success: []int{http.StatusCreated, http.StatusOK}, refusals: []int{400, 409, 413, 415, 422, 503}}
}

func opListFeedbacks() operation {
	return operation{id: "list_feedbacks", tag: "feedbacks", out: FeedbackPage{}, refusals: []int{400, 503},
		params: []*huma.Param{inQuery("from", "api.param.from", "string"), inQuery("to", "api.param.to", "string"),
			inQuery("program", "api.param.program", "string"), inQuery("verbatim", "api.param.verbatim", "boolean"),
			inQuery("touchpoint", "api.param.filter", "string"), inQuery("where", "api.param.where", "string"),
			inQuery("limit", "api.param.limit", "integer"), inQuery("cursor", "api.param.cursor", "string")}}
}

func opFeedback(id string) operation {
	return operation{id: id, tag: "feedbacks", params: []*huma.Param{pathID()}, out: Feedback{}, refusals: []int{404}}
}

func opAmendFeedback() operation {
	return operation{id: "amend_feedback", tag: "feedbacks", params: []*huma.Param{pathID()}, in: collect.Amendment{}, out: Feedback{},
		refusals: []int{400, 404, 413, 422, 503}}
}

func opErase(id string) operation {
	p := pathID()
	tag := "feedbacks"
	switch id {
	case "erase_customer":
		tag = "customers"
	case "delete_context_event":
		p, tag = pathKey(), "context_events"
	case "delete_journey":
		p, tag = pathKey(), "journeys"
	}
	return operation{id: id, tag: tag, params: []*huma.Param{p}, success: []int{http.StatusNoContent}, refusals: []int{404, 503}}
}

func opFindCustomer() operation {
	return operation{id: "find_customer", tag: "customers", in: Identity{}, out: Customer{}, refusals: []int{400, 404}}
}

func opCustomer(id string) operation {
	return operation{id: id, tag: "customers", params: []*huma.Param{pathID()}, out: Customer{}, success: []int{http.StatusOK, http.StatusTemporaryRedirect}, refusals: []int{404}}
}

func opQuery() operation {
	return operation{id: "query", tag: "query", in: querySchema(), out: answerSchema(), outTypes: []string{"application/json", "text/csv"}, refusals: []int{400, 503}}
}

func opQuarantine() operation {
	return operation{id: "quarantine", tag: "quarantine", out: WaitingList{}}
}

func opAlias() operation {
	return operation{id: "alias", tag: "quarantine", in: Alias{}, out: Repaired{}, refusals: []int{400, 422, 503}}
}

func opMe() operation { return operation{id: "me", tag: "me", out: Me{}} }

func jsonOrYAML() []string { return []string{"application/json", "application/yaml"} }

func opList[T any](many string) operation {
	return operation{id: "list_" + many, tag: many, out: map[string][]T{}, outTypes: jsonOrYAML()}
}

func opOne[T any](one string) operation {
	var v T
	return operation{id: "show_" + one, tag: plural(one), params: []*huma.Param{pathKey()}, out: v, outTypes: jsonOrYAML(), refusals: []int{404}}
}

func opPut[T any](one string) operation {
	var v T
	return operation{id: "put_" + one, tag: plural(one), params: []*huma.Param{pathKey()}, in: v, inTypes: jsonOrYAML(), out: v, outTypes: jsonOrYAML(),
		success: []int{http.StatusOK, http.StatusCreated}, refusals: []int{400, 409, 413, 415, 422, 503}}
}

func opPutUnits() operation {
	return operation{id: "put_units", tag: "units", in: Units{}, inTypes: jsonOrYAML(), out: Units{}, outTypes: jsonOrYAML(), refusals: []int{400, 413, 415, 422, 503}}
}

func opPublishSurvey() operation {
	return operation{id: "publish_survey", tag: "surveys", params: []*huma.Param{pathKey()}, out: Published{}, outTypes: jsonOrYAML(), refusals: []int{404, 422, 503}}
}

func opSurveyVersions() operation {
	return operation{id: "list_survey_versions", tag: "surveys", params: []*huma.Param{pathKey()}, out: map[string][]Published{}, outTypes: jsonOrYAML(), refusals: []int{404}}
}

func opOpenResponse() operation {
	return operation{id: "open_response", tag: "surveys", params: []*huma.Param{pathKey()}, in: response.Opening{}, inTypes: jsonOrYAML(), out: Link{}, outTypes: jsonOrYAML(),
		success: []int{http.StatusCreated}, refusals: []int{400, 404, 413, 415, 503}}
}

func plural(one string) string { return one + "s" }

func pathID() *huma.Param {
	return &huma.Param{Name: "id", In: "path", Required: true, Description: "api.param.id", Schema: &huma.Schema{Type: "integer"}}
}

func pathKey() *huma.Param {
	return &huma.Param{Name: "key", In: "path", Required: true, Description: "api.param.key", Schema: &huma.Schema{Type: "string", Pattern: "^[a-z0-9._-]{1,64}$"}}
}

func header(name, about string) *huma.Param {
	return &huma.Param{Name: name, In: "header", Description: about, Schema: &huma.Schema{Type: "string"}}
}

func inQuery(name, about, kind string) *huma.Param {
	return &huma.Param{Name: name, In: "query", Description: about, Schema: &huma.Schema{Type: kind}}
}

func object(fields map[string]*huma.Schema, required ...string) *huma.Schema {
	return &huma.Schema{Type: "object", Properties: fields, Required: required, AdditionalProperties: false}
}

func plain(kind string) *huma.Schema { return &huma.Schema{Type: kind} }

func list(items *huma.Schema) *huma.Schema { return &huma.Schema{Type: "array", Items: items} }

// conditions are written as a list, a range, {"not":[…]} or {"missing":…}.
func whereSchema() *huma.Schema {
	scalar := &huma.Schema{OneOf: []*huma.Schema{plain("string"), plain("number"), plain("boolean")}}
	bounds := object(map[string]*huma.Schema{"gte": plain("number"), "gt": plain("number"), "lte": plain("number"), "lt": plain("number")})
	bounds.MinProperties = new(int)
	*bounds.MinProperties = 1
	one := &huma.Schema{OneOf: []*huma.Schema{list(scalar), bounds,
		object(map[string]*huma.Schema{"not": list(scalar)}, "not"), object(map[string]*huma.Schema{"missing": plain("boolean")}, "missing")}}
	return &huma.Schema{Type: "object", AdditionalProperties: one}
}

func querySchema() *huma.Schema {
	day := &huma.Schema{Type: "string", Format: "date"}
	during := object(map[string]*huma.Schema{"from": day, "to": day}, "from", "to")
	three := 3
	by := list(plain("string"))
	by.MaxItems = &three
	versus := &huma.Schema{OneOf: []*huma.Schema{{Type: "string", Enum: []any{"previous", "year"}},
		object(map[string]*huma.Schema{"during": during}, "during"), object(map[string]*huma.Schema{"where": whereSchema()}, "where")}}
	return object(map[string]*huma.Schema{"indicator": plain("string"), "by": by, "where": whereSchema(), "during": during, "versus": versus}, "indicator")
}

func answerSchema() *huma.Schema {
	number := &huma.Schema{Type: "number", Nullable: true}
	versus := object(map[string]*huma.Schema{"n": plain("integer"), "value": number, "difference": number, "low": number, "high": number, "significant": plain("boolean")})
	row := object(map[string]*huma.Schema{"by": {Type: "object", AdditionalProperties: plain("string")}, "n": plain("integer"), "value": number,
		"low": number, "high": number, "enough": plain("boolean"), "versus": versus}, "by", "n", "value", "low", "high", "enough")
	return object(map[string]*huma.Schema{"position": plain("string"), "rows": list(row)}, "position", "rows")
}
