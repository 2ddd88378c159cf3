package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"vigie/internal/listen/invite"
)

func opPostEvents() operation {
	return operation{id: "post_events", tag: "invitations", in: invite.Happening{}, inTypes: []string{"application/json", "application/x-ndjson"},
		out: EventReceipt{}, success: []int{http.StatusCreated, http.StatusOK}, refusals: []int{400, 409, 413, 415, 422, 503}}
}

func opListInvitations() operation {
	return operation{id: "list_invitations", tag: "invitations", out: map[string][]Invitation{}, refusals: []int{400},
		params: []*huma.Param{inQuery("state", "api.param.state", "string"), inQuery("rule", "api.param.rule", "string"),
			inQuery("why", "api.param.why", "string"), inQuery("before", "api.param.before", "integer")}}
}

func opWantInvitation() operation {
	return operation{id: "want_invitation", tag: "invitations", in: invite.Wanted{}, inTypes: jsonOrYAML(), out: Invitation{}, outTypes: jsonOrYAML(),
		success: []int{http.StatusCreated, http.StatusOK}, refusals: []int{400, 404, 413, 415, 422, 503}}
}

func opAnswerInvitation() operation {
	return operation{id: "answer_invitation", tag: "invitations", params: []*huma.Param{pathID()}, in: AnswersGiven{}, inTypes: jsonOrYAML(), out: AnswersKept{},
		outTypes: jsonOrYAML(), refusals: []int{400, 404, 409, 413, 415, 422, 503}}
}

func opObject() operation {
	return operation{id: "object", tag: "invitations", in: Objection{}, inTypes: jsonOrYAML(), success: []int{http.StatusNoContent}, refusals: []int{400, 413, 415, 422}}
}

func opPolicy(id string, put bool) operation {
	return settingOp(operation{id: id, tag: "invitations", out: invite.Policy{}, outTypes: jsonOrYAML()}, invite.Policy{}, put)
}

func opChannels(id string, put bool) operation {
	return settingOp(operation{id: id, tag: "invitations", out: invite.Channels{}, outTypes: jsonOrYAML()}, invite.Channels{}, put)
}

func settingOp(o operation, in any, put bool) operation {
	if put {
		o.in, o.inTypes, o.refusals = in, jsonOrYAML(), []int{400, 413, 415, 422}
	}
	return o
}

func opStage() operation { return ruleOp("stage_invitation_rule", StageChange{}, invite.Rule{}) }
func opCheckRule() operation {
	return ruleOp("check_invitation_rule", CheckMade{}, invite.Rule{})
}

func opRunRule() operation {
	o := ruleOp("run_invitation_rule", RunOf{}, invite.Run{})
	o.inTypes = append(jsonOrYAML(), "text/csv", xlsxType)
	o.params = append(o.params, inQuery("name", "api.param.run", "string"), inQuery("column", "api.param.list_column", "string"), inQuery("make", "api.param.make", "boolean"), inQuery("try", "api.param.try", "boolean"))
	return o
}

func opRefusals() operation {
	return operation{id: "list_invitation_refusals", tag: "invitations", out: invite.Report{}, outTypes: jsonOrYAML(), refusals: []int{400},
		params: []*huma.Param{inQuery("from", "api.param.from", "string"), inQuery("to", "api.param.to", "string"), inQuery("rule", "api.param.rule", "string")}}
}

func opRuns() operation {
	return operation{id: "list_invitation_runs", tag: "invitations", params: []*huma.Param{pathKey()}, out: map[string][]invite.Run{}, outTypes: jsonOrYAML(), refusals: []int{404}}
}

func ruleOp(id string, in, out any) operation {
	return operation{id: id, tag: "invitations", params: []*huma.Param{pathKey()}, in: in, inTypes: jsonOrYAML(), out: out, outTypes: jsonOrYAML(),
		refusals: []int{400, 404, 409, 413, 415, 422}}
}

func opReply() operation {
	return operation{id: "sms_reply", tag: "invitations", in: Reply{}, inTypes: jsonOrYAML(), out: ReplyHeard{}, outTypes: jsonOrYAML(), refusals: []int{400, 404, 413, 415, 422, 503}}
}
