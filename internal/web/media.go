package web

import (
	"context"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	"vigie/internal/api"
	"vigie/internal/cx"
	"vigie/internal/lang"
	"vigie/internal/listen/media"
	"vigie/internal/people"
)

// mediaShown is one file that came with a feedback, as the page of the feedback shows it.
type mediaShown struct {
	Kind   media.Kind // how it is shown: a kind that browsers do not draw is a file
	Name   string
	Weight string
	Alt    string
	At     string // its address
	Type   string
	Width  int
	Height int
}

func (s *Server) mediaOf(ctx context.Context, g *ground, f cx.Feedback) ([]mediaShown, error) {
	l, err := s.Door.MediaOf(ctx, f)
	if err != nil {
		return nil, err
	}
	out := make([]mediaShown, len(l))
	for i, m := range l {
		out[i] = mediaShown{Kind: m.Kind, Name: g.mask(m.Name), Weight: weight(g.lang(), m.Size), At: feedbackAddress(f.ID) + "/media/" + string(m.ID), Type: m.Type, Width: m.Width, Height: m.Height}
		if !drawn(m) {
			out[i].Kind = media.File
		}
		out[i].Alt = g.lang().T("media.alt."+string(out[i].Kind), "n", i+1)
		if out[i].Name == "" {
			out[i].Name = out[i].Alt
		}
	}
	return out, nil
}

// drawn tells whether browsers show the file: the pictures of some telephones they do not.
func drawn(m media.Item) bool {
	return m.Type != "image/heic" && m.Type != "video/3gpp" && m.Type != "audio/amr"
}

// weight writes a number of bytes as people read it.
func weight(l lang.Lang, n int64) string {
	if n < 1<<20 {
		return l.T("respond.file.kilobytes", "n", l.Int(max(1, n>>10)))
	}
	return l.T("respond.file.megabytes", "n", l.Short(float64(n)/(1<<20), 1))
}

// mediaPolicy lets a file do nothing: whatever it holds, it is looked at and no more.
const mediaPolicy = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"

// serveMedia gives one file of a feedback to who may see that feedback: whole, in parts (a film is played from its
// middle), or small.
func (s *Server) serveMedia(w http.ResponseWriter, r *http.Request, v *visit) error {
	ctx := r.Context()
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return cx.Fail(cx.NotFound, "", "web.missing.text")
	}
	m, err := s.Door.MediaNamed(ctx, v.Viewer.Scope, cx.FeedbackID(id), cx.MediaID(r.PathValue("media")))
	if err != nil {
		return err
	}
	small := r.URL.Query().Has("small")
	if err := s.auditMedia(r, v, m); err != nil {
		return err
	}
	body, kind, err := s.openMedia(ctx, m, small)
	if err != nil {
		return err
	}
	defer body.Close()
	h := w.Header()
	h.Set("Content-Security-Policy", mediaPolicy)
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", disposition(m, r.URL.Query().Has("download")))
	if !small {
		h.Set("ETag", api.MediaTag(m))
	}
	http.ServeContent(w, r, "", time.Time{}, body)
	return nil
}

// auditMedia notes that a file was seen. A small form is noted too, under a name of its own: it shows a face as well as the
// whole does, and may be asked without the page of its feedback.
func (s *Server) auditMedia(r *http.Request, v *visit, m media.Item) error {
	what := "feedback.media"
	if r.URL.Query().Has("small") {
		what = "feedback.preview"
	} else if api.Continues(r.Header, api.MediaTag(m)) {
		return nil
	}
	return s.People.Audit(r.Context(), people.Entry{Actor: v.Viewer.Actor(), What: what, Subject: feedbackNumber(m.Feedback) + "/" + string(m.ID)})
}

func (s *Server) openMedia(ctx context.Context, m media.Item, small bool) (io.ReadSeekCloser, string, error) {
	if small {
		return s.Media.OpenSmall(ctx, m)
	}
	body, err := s.Media.Open(ctx, m.ID)
	return body, m.Type, err
}

// disposition shows what browsers draw safely, and has the rest kept.
func disposition(m media.Item, keep bool) string {
	how := "attachment"
	if m.Kind != media.File && drawn(m) && !keep {
		how = "inline"
	}
	if m.Name == "" {
		return how
	}
	return mime.FormatMediaType(how, map[string]string{"filename": m.Name})
}
