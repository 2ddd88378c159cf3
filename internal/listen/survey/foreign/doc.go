// Package foreign reads the questionnaires of other tools (LimeSurvey, Qualtrics, SurveyJS) as surveys of ours. What has
// no counterpart is listed, never dropped in silence; words come out as plain text.
//
// Not here: answers exported by those tools (listen/intake), where a survey is kept (listen/survey).
package foreign
