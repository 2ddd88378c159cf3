package respond

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/listen/catalogue"
	"vigie/internal/listen/survey"
)

// What a widget on somebody else's site reads, instead of a page: the same step of the same survey, asked for by
// "Accept: application/json". Its form is documented in docs/widget.md.

// stepJSON is one screen, or the thanks (Done).
type stepJSON struct {
	Title     string            `json:"title"`
	Lang      string            `json:"lang"`
	Dir       string            `json:"dir"`
	Action    string            `json:"action,omitempty"` // where the screen is posted; "" after the last
	Page      string            `json:"page,omitempty"`   // the same step as a page
	Opening   *openingJSON      `json:"opening,omitempty"`
	Questions []questionJSON    `json:"questions,omitempty"`
	Last      bool              `json:"last,omitempty"`
	Done      string            `json:"done,omitempty"`
	More      bool              `json:"more,omitempty"` // the page asks something more (a call back, a consent)
	Review    *linkJSON         `json:"review,omitempty"`
	Ignored   []string          `json:"ignored,omitempty"` // attributes that were not taken
	Style     string            `json:"style,omitempty"`   // the colours of the survey, or the organisation's
	Words     map[string]string `json:"words"`
}

type openingJSON struct {
	Who   string   `json:"who"`
	Why   string   `json:"why,omitempty"`
	Long  string   `json:"long"`
	About []string `json:"about"`
}

type linkJSON struct {
	Text    string `json:"text"`
	Address string `json:"address"`
}

type questionJSON struct {
	Key     string      `json:"key"`
	Kind    survey.Kind `json:"kind"`
	Look    survey.Look `json:"look,omitempty"`
	Text    string      `json:"text"`
	Help    string      `json:"help,omitempty"`
	Low     string      `json:"low,omitempty"`
	High    string      `json:"high,omitempty"`
	Needed  bool        `json:"needed,omitempty"`
	Insist  bool        `json:"insist,omitempty"`
	Error   string      `json:"error,omitempty"`
	Letters int         `json:"letters,omitempty"`
	Points  []pointJSON `json:"points,omitempty"`
	Choices []choiceOf  `json:"choices,omitempty"`
	Rows    []rowOf     `json:"rows,omitempty"` // of a matrix: its points are asked of each
	// Min, Max and Step of a slider.
	Min  string `json:"min,omitempty"`
	Max  string `json:"max,omitempty"`
	Step string `json:"step,omitempty"`
	// Elsewhere: a question that a widget does not draw; the page does.
	Elsewhere bool `json:"elsewhere,omitempty"`
}

type pointJSON struct {
	Value string `json:"value"`
	Label string `json:"label"`
	Face  string `json:"face,omitempty"`
}

type rowOf struct {
	Key  string `json:"key"`
	Text string `json:"text"`
}

type choiceOf struct {
	Key   string `json:"key"`
	Text  string `json:"text"`
	Other bool   `json:"other,omitempty"`
	Alone bool   `json:"alone,omitempty"`
}

func asksJSON(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), "application/json")
}

// open lets scripts of any site read what anybody may read anyway. No cookie and no other credential counts here, so that
// a site learns nothing that it could not ask for itself.
func openToSites(h http.Header) {
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Add("Vary", "Accept")
}

// serveOptions answers what a browser asks before a request that is no plain form.
func (s *Server) serveOptions(w http.ResponseWriter, _ *http.Request) error {
	h := w.Header()
	openToSites(h)
	h.Set("Access-Control-Allow-Methods", "GET, POST")
	h.Set("Access-Control-Allow-Headers", "Accept, Content-Type")
	h.Set("Access-Control-Max-Age", "86400")
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// showStep answers with a screen, as it is asked for.
func (s *Server) showStep(w http.ResponseWriter, r *http.Request, status int, p *stepPage) error {
	if !asksJSON(r) {
		return s.render(w, r, status, stepView(p))
	}
	out := stepJSON{Title: p.Title, Lang: p.Tag, Dir: p.Dir, Action: p.Action, Page: p.Action, Last: p.Last, Words: wordsOf(p.frame)}
	if o := p.Opening; o != nil {
		out.Opening = &openingJSON{Who: o.Who, Why: o.Why, Long: o.Long, About: []string{o.Privacy, o.Basis, strings.TrimSpace(p.L.T("respond.rights") + " " + o.Contact)}}
	}
	for i := range p.Questions {
		out.Questions = append(out.Questions, spokenQuestion(&p.Questions[i]))
	}
	_, out.Ignored = s.attributes(r.Context(), r.URL.Query())
	var err error
	if out.Style, err = s.hosted(r.Context(), p.Accent); err != nil {
		return err
	}
	return writeJSON(w, status, out)
}

func spokenQuestion(q *question) questionJSON {
	out := questionJSON{Key: string(q.Key), Kind: q.Kind, Look: q.Look, Text: q.Text, Help: q.Help, Low: q.Low, High: q.High, Needed: q.Need == survey.Required, Insist: q.Insist, Error: q.Error}
	switch q.Kind {
	case survey.Contact, survey.Media:
		out.Elsewhere = true
	case survey.Slider:
		low, high, step := q.Scale()
		for at, v := range map[*string]float64{&out.Min: low, &out.Max: high, &out.Step: step} {
			*at = strconv.FormatFloat(v, 'f', -1, 64)
		}
	case survey.Matrix:
		for _, r := range q.RowList {
			out.Rows = append(out.Rows, rowOf{r.Key, r.Text})
		}
		if len(q.RowList) > 0 {
			out.Points = spokenPoints(q, q.RowList[0].Points)
		}
	case survey.Text:
		out.Letters = q.letters()
	}
	out.Points = append(out.Points, spokenPoints(q, q.Points)...)
	for _, o := range q.Options {
		out.Choices = append(out.Choices, choiceOf{Key: o.Key, Text: o.Text, Other: o.Other, Alone: o.Alone})
	}
	return out
}

func spokenPoints(q *question, l []point) []pointJSON {
	var out []pointJSON
	for i, x := range l {
		p := pointJSON{Value: x.Value, Label: x.Label}
		if q.Look == survey.Smileys {
			p.Face = face(i, len(l))
		}
		out = append(out, p)
	}
	return out
}

// hosted gives the colours of a survey, else the organisation's, to a widget: what a page has at its root, it has at its host.
func (s *Server) hosted(ctx context.Context, accent string) (string, error) {
	if accent == "" {
		settings, err := s.d.Settings(ctx)
		if err != nil {
			return "", err
		}
		accent = settings.Accent
	}
	return strings.NewReplacer(":root[data-theme=dark]", ":host([data-theme=dark])", ":root:not([data-theme=light])", ":host(:not([data-theme=light]))", ":root", ":host").
		Replace(s.d.Theme(accent)), nil
}

// showDone answers with the thanks.
func (s *Server) showDone(w http.ResponseWriter, r *http.Request, p *donePage) error {
	if !asksJSON(r) {
		return s.render(w, r, http.StatusOK, doneView(p))
	}
	out := stepJSON{Title: p.Title, Lang: p.Tag, Dir: p.Dir, Done: p.Text, Page: strings.TrimSuffix(p.Action, "/after"), More: p.CallBack || p.Testify, Words: wordsOf(p.frame)}
	if p.Review != nil {
		out.Review = &linkJSON{Text: p.ReviewIs, Address: p.Review.Address}
	}
	return writeJSON(w, http.StatusOK, out)
}

func wordsOf(f frame) map[string]string {
	out := map[string]string{}
	for _, w := range []string{"next", "send", "needed", "about", "page", "close", "more", "failed", "retry"} {
		id := "respond." + w
		if w == "failed" {
			id = "respond.failed.text"
		}
		out[w] = f.L.T(id)
	}
	return out
}

// showStopped says why nothing can be answered.
func showStopped(w http.ResponseWriter, status int, p *stopped) error {
	return writeJSON(w, status, map[string]string{"error": p.Text, "title": p.frame.Title})
}

func writeJSON(w http.ResponseWriter, status int, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(b)))
	w.WriteHeader(status)
	_, _ = w.Write(b) // the browser has gone: nobody to tell
	return nil
}

const attributesMost = 20

// attributes reads what a site says of the visit ("x.plan=pro"). Only attributes that the catalogue knows and that
// describe no person are taken: anybody may write to this address. The others are named.
func (s *Server) attributes(ctx context.Context, q url.Values) (taken map[string]any, ignored []string) {
	for name := range q {
		key, ours := strings.CutPrefix(name, "x.")
		if !ours {
			continue
		}
		v, ok := s.attribute(ctx, cx.AttributeID(key), q.Get(name))
		if !ok || len(taken) == attributesMost {
			ignored = append(ignored, key)
			continue
		}
		if taken == nil {
			taken = map[string]any{}
		}
		taken[key] = v
	}
	return taken, ignored
}

func (s *Server) attribute(ctx context.Context, key cx.AttributeID, text string) (any, bool) {
	if s.d.Attribute == nil || text == "" || len(text) > 200 {
		return nil, false
	}
	a, known := s.d.Attribute(ctx, key)
	if !known || a.Personal {
		return nil, false
	}
	switch a.Type {
	case catalogue.NumberAttribute:
		v, err := strconv.ParseFloat(text, 64)
		return v, err == nil
	case catalogue.BoolAttribute:
		v, err := strconv.ParseBool(text)
		return v, err == nil
	}
	return text, true
}
