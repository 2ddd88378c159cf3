package web

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"vigie/internal/api"
	"vigie/internal/cx"
	"vigie/internal/listen/journey"
	"vigie/internal/web/ui"
)

// serveJourneyYAML gives the definition as a file.
func (s *Server) serveJourneyYAML(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, err := s.journeyRoom(r, v)
	if err != nil {
		return err
	}
	text, err := x.journey().YAML()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/yaml; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+string(x.journey().Key)+`.yaml"`)
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	if _, err := w.Write(text); err != nil {
		s.log.Debug("file not sent", "err", err) // the browser has gone
	}
	return nil
}

// journeyImportPage takes a definition, says what it would change, and adopts it.
type journeyImportPage struct {
	*journeyRoom
	frame   ui.Frame
	Text    string
	Refused *refusedEdit
	// Looked: the text is right, and Lines are what it would change.
	Looked bool
	Lines  []changeLine
}

func (x *journeyRoom) newImportPage(text string) *journeyImportPage {
	return &journeyImportPage{journeyRoom: x, frame: x.under(x.lang().T("journey.yaml.in")), Text: text}
}

func (s *Server) serveJourneyImport(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, err := s.journeyRoom(r, v)
	if err != nil {
		return err
	}
	text, err := x.journey().YAML()
	if err != nil {
		return err
	}
	return s.render(w, r, journeyImportView(x.newImportPage(string(text))))
}

// doJourneyImport looks at a definition ("look"), or adopts it.
func (s *Server) doJourneyImport(w http.ResponseWriter, r *http.Request, v *visit) error {
	text, err := readYAML(w, r)
	if err != nil {
		return err
	}
	x, err := s.journeyRoom(r, v)
	if err != nil {
		return err
	}
	p := x.newImportPage(text)
	next, err := s.parseJourney(r.Context(), text, x.journey().Key)
	if err == nil && r.PostForm.Get("do") == "adopt" {
		err = s.change(r, x, "yaml", func(j *journey.Journey) error { *j = next; return nil })
		if err == nil {
			s.toast(r, v.Lang.T("journey.yaml.adopted"))
			http.Redirect(w, r, x.at("edit"), http.StatusSeeOther)
			return nil
		}
	}
	if err != nil {
		var e error
		if p.Refused, e = x.refuseYAML(text, err); e != nil {
			return e
		}
		return s.renderAs(w, r, api.Status(cx.KindOf(err)), journeyImportView(p))
	}
	p.Looked, p.Lines = true, x.diffWords(x.journey().Diff(next))
	return s.render(w, r, journeyImportView(p))
}

// parseJourney reads and checks a definition; under key, unless that is "".
func (s *Server) parseJourney(ctx context.Context, text string, key cx.JourneyID) (journey.Journey, error) {
	j, err := journey.ParseYAML([]byte(text))
	if err != nil {
		return j, err
	}
	if j.Key == "" {
		j.Key = key
	}
	if key != "" && j.Key != key {
		return j, cx.Fail(cx.Invalid, "key", "journey.other_key", "key", string(j.Key), "journey", string(key))
	}
	return j, s.Journeys.Check(ctx, j)
}

// refuseYAML says each problem with its line.
func (g *ground) refuseYAML(text string, err error) (*refusedEdit, error) {
	l, mine := g.problems(err)
	if !mine {
		return nil, err
	}
	out := &refusedEdit{Conflict: cx.KindOf(err) == cx.Conflict}
	for _, p := range l {
		if e, ok := errors.AsType[*cx.Error](err); ok && e.Code == "journey.yaml" || out.Conflict {
			out.Problems = append(out.Problems, p)
			continue
		}
		p.Where = g.lang().T("journey.line", "line", journey.Line([]byte(text), p.Field), "field", p.Field)
		out.Problems = append(out.Problems, p)
	}
	return out, nil
}

// most bytes of a definition.
const mostYAML = 1 << 20

// readYAML reads a form with a text or a file; the file wins.
func readYAML(w http.ResponseWriter, r *http.Request) (string, error) {
	r.Body = http.MaxBytesReader(w, r.Body, mostYAML+1<<16)
	wrong := cx.Fail(cx.Invalid, "", "web.form")
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		if err := r.ParseMultipartForm(mostYAML); err != nil {
			return "", wrong
		}
	} else if err := r.ParseForm(); err != nil {
		return "", wrong
	}
	if r.MultipartForm != nil && len(r.MultipartForm.File["file"]) > 0 {
		f, err := r.MultipartForm.File["file"][0].Open()
		if err != nil {
			return "", wrong
		}
		defer f.Close()
		b, err := io.ReadAll(io.LimitReader(f, mostYAML))
		if err != nil {
			return "", wrong
		}
		if len(b) > 0 {
			return string(b), nil
		}
	}
	return strings.ReplaceAll(r.PostForm.Get("text"), "\r\n", "\n"), nil
}

// newJourneyPage begins a journey: from a template, from a definition, or empty.
type newJourneyPage struct {
	*ground
	frame    ui.Frame
	Choices  []ui.ChoiceCard
	Fields   []ui.Field
	Text     string
	Problems *refusedEdit
}

// empty is the choice of no template.
const emptyTemplate = "none"

func (s *Server) newNewJourneyPage(g *ground) (*newJourneyPage, error) {
	templates, err := journey.Templates()
	if err != nil {
		return nil, err
	}
	l := g.lang()
	p := &newJourneyPage{ground: g, frame: g.frame(l.T("journey.new"), ui.SectionListen)}
	p.frame.Crumb = []ui.Link{{Label: l.T("settings.journeys.title"), Href: "/journeys"}}
	for n, t := range templates {
		p.Choices = append(p.Choices, ui.ChoiceCard{Value: t.Key, Title: l.Text(t.Name), Text: l.Text(t.Summary), Selected: n == 0})
	}
	p.Choices = append(p.Choices, ui.ChoiceCard{Value: emptyTemplate, Title: l.T("journey.new.empty"), Text: l.T("journey.new.empty.text")})
	p.Fields = textPair(l, "name", l.T("journey.field.name"), nil, "")
	p.Fields[0].Hint = l.T("journey.new.name.hint")
	return p, nil
}

func (s *Server) serveNewJourney(w http.ResponseWriter, r *http.Request, v *visit) error {
	g, err := s.ground(r.Context(), v, filters{}, matter{})
	if err != nil {
		return err
	}
	p, err := s.newNewJourneyPage(g)
	if err != nil {
		return err
	}
	return s.render(w, r, newJourneyView(p))
}

func (s *Server) doNewJourney(w http.ResponseWriter, r *http.Request, v *visit) error {
	text, err := readYAML(w, r)
	if err != nil {
		return err
	}
	g, err := s.ground(r.Context(), v, filters{}, matter{})
	if err != nil {
		return err
	}
	j, origin, err := s.begin(r, g, text)
	if err == nil {
		none := int64(0)
		_, err = s.Journeys.Save(r.Context(), journey.Draft{Journey: j, By: v.Viewer.Actor(), Base: &none, Origin: origin})
	}
	if err != nil {
		return s.refuseNewJourney(w, r, g, err)
	}
	if err := s.audit(r.Context(), v, "journey.add", string(j.Key)); err != nil {
		return err
	}
	http.Redirect(w, r, listenAddress(j.Key, "edit"), http.StatusSeeOther)
	return nil
}

// begin makes the journey asked for. A template whose touchpoints are taken already gets them under other keys.
func (s *Server) begin(r *http.Request, g *ground, text string) (journey.Journey, string, error) {
	f := r.PostForm
	if f.Get("do") == "yaml" {
		j, err := s.parseJourney(r.Context(), text, "")
		return j, "yaml", err
	}
	name := typedText(f, "name", nil)
	if f.Get("template") == emptyTemplate {
		return journey.Journey{Key: g.Journeys.NewKey(name), Name: name}, "", nil
	}
	templates, err := journey.Templates()
	if err != nil {
		return journey.Journey{}, "", err
	}
	for _, t := range templates {
		if t.Key == f.Get("template") {
			j := t.Journey
			if name != nil {
				j.Name = name
			}
			return g.Journeys.Fresh(j), "template:" + t.Key, nil
		}
	}
	return journey.Journey{}, "", cx.Fail(cx.Invalid, "template", "journey.new.choose")
}

func (s *Server) refuseNewJourney(w http.ResponseWriter, r *http.Request, g *ground, err error) error {
	p, e := s.newNewJourneyPage(g)
	if e != nil {
		return e
	}
	text := strings.ReplaceAll(r.PostForm.Get("text"), "\r\n", "\n")
	yaml := r.PostForm.Get("do") == "yaml"
	l, mine := g.problems(err)
	if !mine {
		return err
	}
	p.Problems = &refusedEdit{Problems: l}
	if yaml {
		p.Text = text
		if p.Problems, e = g.refuseYAML(text, err); e != nil {
			return e
		}
	} else {
		p.Fields = retyped(p.Fields, r, l)
		for n := range p.Choices {
			p.Choices[n].Selected = p.Choices[n].Value == r.PostForm.Get("template")
		}
	}
	return s.renderAs(w, r, api.Status(cx.KindOf(err)), newJourneyView(p))
}

// serveJourneyDelete says what follows.
func (s *Server) serveJourneyDelete(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, err := s.journeyRoom(r, v)
	if err != nil {
		return err
	}
	return s.render(w, r, journeyDeleteView(x, x.under(x.lang().T("journey.delete")), nil))
}

func (s *Server) doJourneyDelete(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, err := s.formRoom(w, r, v)
	if err != nil {
		return err
	}
	from, err := base(r)
	if err == nil && from != x.Version.ID {
		err = cx.Fail(cx.Conflict, "", "journey.changed_since")
	}
	if err != nil {
		l, _ := x.problems(err)
		refused := &refusedEdit{Problems: l, Conflict: cx.KindOf(err) == cx.Conflict}
		return s.renderAs(w, r, api.Status(cx.KindOf(err)), journeyDeleteView(x, x.under(x.lang().T("journey.delete")), refused))
	}
	if err := s.Journeys.Delete(r.Context(), v.Viewer.Actor(), x.journey().Key); err != nil {
		return err
	}
	if err := s.audit(r.Context(), v, "journey.delete", string(x.journey().Key)); err != nil {
		return err
	}
	s.toast(r, v.Lang.T("journey.deleted", "name", x.journey().Name))
	http.Redirect(w, r, "/journeys", http.StatusSeeOther)
	return nil
}
