package respond

import (
	"net/http"

	"vigie/internal/cx"
	"vigie/internal/listen/response"
	"vigie/internal/listen/survey"
)

// onceField holds what a browser draws for a first screen: sent again after a line that broke, it opens nothing twice.
const onceField = "once"

// onceOpen gives the response that a browser's draw names, "" when it drew nothing, and whether it is open already.
func (s *Server) onceOpen(r *http.Request, d *survey.Definition) (response.Token, bool, error) {
	token, err := s.d.Responses.OnceToken(r.Context(), d.Key, r.PostForm.Get(onceField))
	if err != nil || token == "" {
		return "", false, err
	}
	_, err = s.d.Responses.Find(r.Context(), token)
	if cx.KindOf(err) == cx.NotFound {
		return token, false, nil
	}
	return token, err == nil, err
}

// rest is the other questions of a survey on one page, for a screen that loses the network after the first: those that
// everybody meets. nil when there are none, or on a screen that is one person's own.
func (p *stepPage) rest() *stepPage {
	if !p.Kiosk || p.Opening == nil || p.Whole || len(p.Questions) != 1 {
		return nil
	}
	path := p.d.Path(survey.State{Channel: p.state.Channel, Language: p.state.Language})
	out := *p
	out.Questions, out.Opening = nil, nil
	for _, q := range path.Questions {
		if q.Key != p.Questions[0].Key && q.Kind != survey.Media {
			one := p.drawn(q)
			one.Insist = true // nobody is there any more to be asked again
			out.Questions = append(out.Questions, one)
		}
	}
	if len(out.Questions) == 0 {
		return nil
	}
	out.Last = true
	return &out
}
