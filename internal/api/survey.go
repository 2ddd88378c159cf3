package api

import (
	"context"
	"net/http"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/response"
	"vigie/internal/listen/survey"
)

// surveys are read and put as drafts; what is answered is published apart.
func (a *API) surveys() resource[survey.Definition] {
	return resource[survey.Definition]{
		one: "survey", many: "surveys",
		key: func(d *survey.Definition) *string { return (*string)(&d.Key) },
		list: func(c *call) ([]survey.Definition, error) {
			all, err := a.Surveys.Present(c.Context())
			if err != nil {
				return nil, err
			}
			l := make([]survey.Definition, len(all))
			for i := range all {
				l[i] = all[i].Draft
			}
			return l, nil
		},
		put: func(ctx context.Context, by string, d survey.Definition) error {
			_, err := a.Surveys.Save(ctx, by, d, -1)
			return err
		},
	}
}

// Published is a version of a survey as the API gives it.
type Published struct {
	Version    int64             `json:"version" yaml:"version"`
	At         time.Time         `json:"at" yaml:"at"`
	By         string            `json:"by" yaml:"by"`
	Definition survey.Definition `json:"definition" yaml:"definition"`
}

func published(v survey.Version) Published { return Published{v.N, v.At, v.By, v.Definition} }

// publishSurvey makes of the draft what is asked from now on.
func (a *API) publishSurvey(c *call) error {
	key := c.PathValue("key")
	v, err := a.Surveys.Publish(c.Context(), c.viewer.Actor(), cx.SurveyID(key))
	if err != nil {
		return err
	}
	if err := a.audit(c, "survey.publish", v.Name()); err != nil {
		return err
	}
	return c.either(http.StatusOK, published(v))
}

// surveyVersions lists what was published of a survey, newest first.
func (a *API) surveyVersions(c *call) error {
	key := cx.SurveyID(c.PathValue("key"))
	if _, err := a.Surveys.Survey(c.Context(), key); err != nil {
		return err
	}
	l, err := a.Surveys.Versions(c.Context(), key)
	if err != nil {
		return err
	}
	out := make([]Published, len(l))
	for i := range l {
		out[i] = published(l[i])
	}
	return c.either(http.StatusOK, map[string][]Published{"versions": out})
}

// Link is where one person answers.
type Link struct {
	// Path to append to the address of the server: "/s/…". Who has it may answer, and read what was answered. Of an anonymous
	// survey or one of employees it is everybody's, "/q/…", where nobody's answer is read.
	Path string `json:"path" yaml:"path"`
}

// openResponse opens a survey for one person whose answer a program asks for by its own means, and gives the link.
func (a *API) openResponse(c *call) error {
	var o response.Opening
	if err := c.structured(&o); err != nil {
		return err
	}
	o.Survey = cx.SurveyID(c.PathValue("key"))
	path, err := a.OpenResponse(c.Context(), o)
	if err != nil {
		return err
	}
	return c.either(http.StatusCreated, Link{Path: path})
}
