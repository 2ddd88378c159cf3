package api

import (
	"context"
	"net/http"

	"vigie/internal/listen/invite"
	"vigie/internal/people"
)

// ruleRoutes are what decides who is asked: rules, their runs, the policy and the channels.
func (a *API) ruleRoutes() []route {
	l := []route{
		at("GET", "/invitation-policy", people.ReadFigures, a.showPolicy, opPolicy("show_invitation_policy", false)),
		at("PUT", "/invitation-policy", people.EditStructure, a.putPolicy, opPolicy("put_invitation_policy", true)),
		at("GET", "/invitation-channels", people.Administer, a.showChannels, opChannels("show_invitation_channels", false)),
		at("PUT", "/invitation-channels", people.Administer, a.putChannels, opChannels("put_invitation_channels", true)),
		at("POST", "/invitation-rules/{key}/stage", people.EditStructure, a.stageRule, opStage()),
		at("POST", "/invitation-rules/{key}/checks", people.EditStructure, a.checkRule, opCheckRule()),
		at("POST", "/invitation-rules/{key}/run", people.EditStructure, a.runRule, opRunRule()),
		at("GET", "/invitation-refusals", people.ReadFigures, a.refusals, opRefusals()),
		at("GET", "/invitation-rules/{key}/runs", people.EditStructure, a.listRuns, opRuns()),
	}
	return append(a.invitationRules().routes(a), l...)
}

func (a *API) invitationRules() resource[invite.Rule] {
	return resource[invite.Rule]{
		one: "invitation_rule", many: "invitation_rules",
		key: func(r *invite.Rule) *string { return &r.Key },
		list: func(c *call) ([]invite.Rule, error) {
			kept, err := a.Invites.Rules(c.Context())
			l := make([]invite.Rule, len(kept))
			for i := range kept {
				l[i] = kept[i].Rule
			}
			return l, err
		},
		put: func(ctx context.Context, by string, r invite.Rule) error { return a.Invites.SaveRule(ctx, by, r, -1) },
	}
}

func (a *API) showPolicy(c *call) error {
	p, err := a.Invites.Policy(c.Context())
	if err != nil {
		return err
	}
	return c.either(http.StatusOK, p)
}

func (a *API) putPolicy(c *call) error {
	var p invite.Policy
	if err := c.structured(&p); err != nil {
		return err
	}
	if err := a.Invites.SetPolicy(c.Context(), p); err != nil {
		return err
	}
	if err := a.audit(c, "invitation.policy", ""); err != nil {
		return err
	}
	return c.either(http.StatusOK, p)
}

func (a *API) showChannels(c *call) error {
	ch, err := a.Invites.Channels(c.Context())
	if err != nil {
		return err
	}
	return c.either(http.StatusOK, ch.Shown())
}

func (a *API) putChannels(c *call) error {
	var ch invite.Channels
	if err := c.structured(&ch); err != nil {
		return err
	}
	if err := a.Invites.SetChannels(c.Context(), ch); err != nil {
		return err
	}
	if err := a.audit(c, "invitation.channels", ""); err != nil {
		return err
	}
	return a.showChannels(c)
}

// StageChange moves a rule.
type StageChange struct {
	Stage invite.Stage `json:"stage"`
	Note  string       `json:"note,omitempty"`
}

func (a *API) stageRule(c *call) error {
	var s StageChange
	if err := c.structured(&s); err != nil {
		return err
	}
	return a.changedRule(c, "stage", a.Invites.Decide(c.Context(), c.viewer.Actor(), c.PathValue("key"), s.Stage, s.Note))
}

// CheckMade notes a check of the launch, or takes it back.
type CheckMade struct {
	Check string `json:"check"`
	Made  bool   `json:"made"`
	Note  string `json:"note,omitempty"`
}

func (a *API) checkRule(c *call) error {
	var m CheckMade
	if err := c.structured(&m); err != nil {
		return err
	}
	return a.changedRule(c, "check", a.Invites.Checked(c.Context(), c.viewer.Actor(), c.PathValue("key"), m.Check, m.Note, m.Made))
}

func (a *API) changedRule(c *call, what string, err error) error {
	if err != nil {
		return err
	}
	key := c.PathValue("key")
	if err := a.audit(c, "invitation_rule."+what, key); err != nil {
		return err
	}
	k, err := a.Invites.Rule(c.Context(), key)
	if err != nil {
		return err
	}
	return c.either(http.StatusOK, k.Rule)
}
