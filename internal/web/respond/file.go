package respond

import (
	"cmp"
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"vigie/internal/cx"
	"vigie/internal/lang"
	"vigie/internal/listen/response"
	"vigie/internal/listen/survey"
)

// Names of the fields of a question that asks for files: those that come, and those that are there.
func uploadField(key survey.QuestionID) string { return "u." + string(key) }
func heldField(key survey.QuestionID) string   { return "f." + string(key) }

// Buttons of such a question: send what was chosen and stay, take one file away.
const (
	addButton  = "add"
	dropButton = "drop"
)

const (
	// uploadMost bytes come with one screen that asks for files.
	uploadMost = 320 << 20
	// memoryMost of them are held in memory, the rest in files of the system until they are kept.
	memoryMost = 1 << 20
	// filesHourly files come from one address in an hour, at most.
	filesHourly = 600
)

func multipartForm(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == "multipart/form-data"
}

// parse reads a posted screen of a survey; done frees what it took. Only a survey that asks for files may weigh more than a form.
func parse(w http.ResponseWriter, r *http.Request, d *survey.Definition) (done func(), err error) {
	done = func() {}
	if !multipartForm(r) {
		if err := r.ParseForm(); err != nil {
			return done, cx.Fail(cx.Invalid, "", "respond.unreadable")
		}
		return done, nil
	}
	most := int64(formMost)
	if slices.ContainsFunc(d.Questions(), func(q *survey.Question) bool { return q.Kind == survey.Media }) {
		most = uploadMost
	}
	r.Body = http.MaxBytesReader(w, r.Body, most)
	err = r.ParseMultipartForm(memoryMost)
	if r.MultipartForm != nil {
		done = func() { _ = r.MultipartForm.RemoveAll() } // copies only
	}
	if _, big := errors.AsType[*http.MaxBytesError](err); big {
		return done, cx.Fail(cx.Invalid, "", "media.total", "max", most>>20)
	}
	if err != nil {
		return done, cx.Fail(cx.Invalid, "", "respond.unreadable")
	}
	return done, nil
}

// refusedFile is a file that was not taken, and why.
type refusedFile struct {
	name string
	err  error
}

// sentFiles gives what comes for a question; a field left empty sends a file without a name.
func sentFiles(r *http.Request, key survey.QuestionID) []*multipart.FileHeader {
	if r.MultipartForm == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(r.MultipartForm.File[uploadField(key)]), func(h *multipart.FileHeader) bool { return h.Filename == "" && h.Size == 0 })
}

// takeFiles keeps the files of a posted screen, and adds them to what its form says is there. What is refused is told by question.
func (s *Server) takeFiles(r *http.Request, d *survey.Definition, token response.Token) (map[survey.QuestionID][]refusedFile, error) {
	refused := map[survey.QuestionID][]refusedFile{}
	for _, at := range r.PostForm["at"] {
		q := d.Question(survey.QuestionID(at))
		if q == nil || q.Kind != survey.Media {
			continue
		}
		for _, h := range sentFiles(r, q.Key) {
			if err := s.files.pass(s.address(r)); err != nil {
				return refused, err
			}
			one, err := s.takeFile(r.Context(), token, q.Key, h)
			switch {
			case cx.KindOf(err) == cx.Invalid:
				refused[q.Key] = append(refused[q.Key], refusedFile{h.Filename, err})
			case err != nil:
				return refused, err
			default:
				r.PostForm[heldField(q.Key)] = one.Answers[q.Key].Files
			}
		}
	}
	return refused, nil
}

func (s *Server) takeFile(ctx context.Context, token response.Token, key survey.QuestionID, h *multipart.FileHeader) (*response.Response, error) {
	f, err := h.Open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return s.d.Responses.Attach(ctx, token, key, response.Sent{Name: h.Filename, Reader: io.Reader(f)})
}

// onFiles does what a button of a media question asks; false when none was pressed. What else the screen says is kept as far
// as it can be, and the screen is shown again.
func (s *Server) onFiles(w http.ResponseWriter, r *http.Request, token response.Token, sc screen) (bool, error) {
	add, drop := r.PostForm.Get(addButton), r.PostForm.Get(dropButton)
	if add == "" && drop == "" {
		return false, nil
	}
	if len(sc.said.Answers) > 0 {
		if _, err := s.d.Responses.Answer(r.Context(), token, response.Said{Answers: sc.said.Answers}); err != nil {
			return true, err
		}
	}
	key, id, _ := strings.Cut(drop, "/")
	if drop != "" {
		if _, err := s.d.Responses.Detach(r.Context(), token, cx.MediaID(id)); err != nil {
			return true, err
		}
	}
	q := url.Values{"at": {cmp.Or(add, key)}}
	if len(r.PostForm["at"]) > 1 {
		q.Set("whole", "1")
	}
	http.Redirect(w, r, "/s/"+string(token)+"?"+q.Encode()+"#q-"+url.PathEscape(q.Get("at")), http.StatusSeeOther)
	return true, nil
}

// file as it is drawn to who sent it.
type file struct{ ID, Name, Size string }

// showFiles puts the files that are there beside the questions of a screen.
func (s *Server) showFiles(ctx context.Context, p *stepPage, one *response.Response) error {
	held, err := s.d.Responses.Files(ctx, one)
	if err != nil {
		return err
	}
	for i := range p.Questions {
		q := &p.Questions[i]
		for n, m := range held[q.Key] {
			name := m.Name
			if name == "" {
				name = p.L.T("respond.file.nameless", "n", n+1)
			}
			q.Files = append(q.Files, file{string(m.ID), name, weight(p.L, m.Size)})
		}
	}
	return nil
}

// weight writes a number of bytes as people read it.
func weight(l lang.Lang, n int64) string {
	if n < 1<<20 {
		return l.T("respond.file.kilobytes", "n", l.Int(max(1, n>>10)))
	}
	return l.T("respond.file.megabytes", "n", l.Short(float64(n)/(1<<20), 1))
}

// why says of each file that was not taken what is wrong with it.
func (p *stepPage) why(q *question, l []refusedFile) string {
	var out []string
	for _, f := range l {
		out = append(out, p.L.T("respond.file.refused", "name", f.name, "why", p.fileError(q, f.err)))
	}
	return strings.Join(out, " ")
}

func (p *stepPage) fileError(q *question, err error) string {
	if e, ok := errors.AsType[*cx.Error](err); ok && e.Code == "media.type" {
		return p.L.T("respond.file.type", "kinds", q.kinds(p.L))
	}
	return p.L.Error(err)
}

// kinds says in words what a media question takes.
func (q *question) kinds(l lang.Lang) string {
	var out []string
	for _, a := range q.Accepted() {
		out = append(out, l.T("respond.accept."+a))
	}
	return strings.Join(out, ", ")
}

// limits says how many files, of what, and how heavy.
func (q *question) limits(p *stepPage) string {
	var kinds []string
	tells := false
	for _, a := range q.Accepted() {
		kinds = append(kinds, p.L.T("respond.file.kind", "kind", p.L.T("respond.accept."+a), "size", weight(p.L, p.heaviest(&q.Question, a))))
		tells = tells || a == "image" || a == "video"
	}
	words := p.L.T("respond.file.limits", "count", q.Question.Files(), "kinds", strings.Join(kinds, ", "))
	if tells {
		words += " " + p.L.T("respond.file.cleaned")
	}
	return words
}

// room tells whether one more file may come.
func (q *question) room() bool { return len(q.Files) < q.Question.Files() }

// camera tells what a telephone may take at once: a picture, a film, a voice; "" nothing.
func (q *question) camera() string {
	for _, a := range []string{"image", "video", "audio"} {
		if slices.Contains(q.Accepted(), a) {
			return a
		}
	}
	return ""
}

// browserTypes are what a browser offers to choose.
func (q *question) browserTypes() string {
	var out []string
	for _, a := range q.Accepted() {
		if a == "file" {
			out = append(out, ".pdf,.txt,.csv,.rtf,.docx,.xlsx,.pptx,.odt,.ods,.odp")
		} else {
			out = append(out, a+"/*")
		}
	}
	return strings.Join(out, ",")
}

func chooserAttrs(p *stepPage, q *question) templ.Attributes {
	a := templ.Attributes{"id": "a-" + string(q.Key), "name": uploadField(q.Key), "accept": q.browserTypes(), "data-max": strconv.FormatInt(q.Heaviest, 10), "data-big": p.L.T("respond.file.big", "size", weight(p.L, q.Heaviest)),
		"aria-describedby": "l-" + string(q.Key)}
	if q.Question.Files()-len(q.Files) > 1 {
		a["multiple"] = true
	}
	if q.Error != "" {
		a["aria-invalid"] = "true"
	}
	return a
}

func cameraAttrs(p *stepPage, q *question) templ.Attributes {
	a := chooserAttrs(p, q)
	delete(a, "multiple")
	a["id"], a["accept"], a["capture"] = "c-"+string(q.Key), q.camera()+"/*", "environment"
	return a
}

// asksFiles tells whether the screen sends files.
func (p *stepPage) asksFiles() bool {
	return slices.ContainsFunc(p.Questions, func(q question) bool { return q.Kind == survey.Media })
}

// carries is how the form of a screen is sent.
func (p *stepPage) carries() templ.Attributes {
	if p.asksFiles() {
		return templ.Attributes{"enctype": "multipart/form-data", "data-unsent": p.L.T("respond.file.unsent")}
	}
	return nil
}
