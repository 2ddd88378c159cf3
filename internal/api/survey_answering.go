package api

import (
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"vigie/internal/cx"
	"vigie/internal/listen/response"
	"vigie/internal/listen/survey"
)

// Answering is how people answer one version of a survey: of those who began in a period, who finished, and where the
// others stopped.
type Answering struct {
	Survey     cx.SurveyID `json:"survey" yaml:"survey"`
	Version    int64       `json:"version" yaml:"version"`
	Begun      int64       `json:"begun" yaml:"begun"`
	Finished   int64       `json:"finished" yaml:"finished"`
	Completion Estimate    `json:"completion" yaml:"completion"` // per cent of those who began
	// Seconds is the median time of those who finished on another screen than they began; without value when no time is kept.
	Seconds   Estimate          `json:"seconds" yaml:"seconds"`
	Questions []AnsweringStep   `json:"questions" yaml:"questions"`
	Versions  []AnsweringCounts `json:"versions" yaml:"versions"`
}

// AnsweringStep is one question in the order it is written.
type AnsweringStep struct {
	Question survey.QuestionID `json:"question" yaml:"question"`
	Met      int64             `json:"met" yaml:"met"`
	Stopped  int64             `json:"stopped" yaml:"stopped"`
	Share    Estimate          `json:"share" yaml:"share"` // per cent of those who met it that stopped there
}

// AnsweringCounts are those who began and finished a version.
type AnsweringCounts struct {
	Version  int64 `json:"version" yaml:"version"`
	Begun    int64 `json:"begun" yaml:"begun"`
	Finished int64 `json:"finished" yaml:"finished"`
}

// Estimate is a figure with its 95 % interval. Without answers there is no value; Enough false: nothing may be concluded.
type Estimate struct {
	N      int64    `json:"n" yaml:"n"`
	Value  *float64 `json:"value,omitempty" yaml:"value,omitempty"`
	Low    *float64 `json:"low,omitempty" yaml:"low,omitempty"`
	High   *float64 `json:"high,omitempty" yaml:"high,omitempty"`
	Enough bool     `json:"enough" yaml:"enough"`
}

func estimate(f cx.Figure) Estimate {
	e := Estimate{N: f.N, Enough: f.Enough}
	if f.Has {
		e.Value = &f.Value
	}
	if f.Has && !math.IsInf(f.Low, 0) && !math.IsInf(f.High, 0) {
		e.Low, e.High = &f.Low, &f.High
	}
	return e
}

// surveyAnswering tells how people answer a survey, of those who began on a day from "from" to before "to" (UTC).
func (a *API) surveyAnswering(c *call) error {
	q := c.URL.Query()
	w := response.During{Survey: cx.SurveyID(c.PathValue("key"))}
	for name, into := range map[string]*time.Time{"from": &w.From, "to": &w.To} {
		if v := q.Get(name); v != "" {
			day, err := time.Parse(time.DateOnly, v)
			if err != nil {
				return malformed(name, "api.not_a_time", "value", v)
			}
			*into = day
		}
	}
	if v := q.Get("version"); v != "" {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil || n < 1 {
			return malformed("version", "api.not_a_version", "value", v)
		}
		w.Version = n
	}
	found, err := a.Responses.Answering(c.Context(), c.viewer.Scope, w)
	if err != nil {
		return err
	}
	return c.either(http.StatusOK, answeringOf(found))
}

func answeringOf(f response.Answering) Answering {
	out := Answering{Survey: f.Version.Key, Version: f.N, Begun: f.Begun, Finished: f.Finished, Completion: estimate(f.Completion()), Seconds: estimate(f.Median()),
		Questions: []AnsweringStep{}, Versions: []AnsweringCounts{}}
	for _, s := range f.Steps {
		out.Questions = append(out.Questions, AnsweringStep{Question: s.Question.Key, Met: s.Met, Stopped: s.Stopped, Share: estimate(s.Left())})
	}
	for _, v := range f.Versions {
		out.Versions = append(out.Versions, AnsweringCounts{Version: v.N, Begun: v.Begun, Finished: v.Finished})
	}
	return out
}

func opSurveyAnswering() operation {
	return operation{id: "show_survey_answering", tag: "surveys", out: Answering{}, outTypes: jsonOrYAML(), refusals: []int{400, 403, 404},
		params: []*huma.Param{pathKey(), inQuery("version", "api.param.version", "integer"), inQuery("from", "api.param.from", "string"), inQuery("to", "api.param.to", "string")}}
}
