package api

import (
	"context"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"vigie/internal/cx"
	"vigie/internal/listen/media"
)

// MediaItem is one file that came with a feedback, or that waits for one.
type MediaItem struct {
	ID     cx.MediaID `json:"id"`
	Kind   media.Kind `json:"kind,omitempty"` // image, audio, video, file
	Type   string     `json:"type,omitempty"`
	Name   string     `json:"name,omitempty"`
	Size   int64      `json:"size,omitempty"`
	Width  int        `json:"width,omitempty"`
	Height int        `json:"height,omitempty"`
}

func mediaItem(m media.Item) MediaItem {
	return MediaItem{ID: m.ID, Kind: m.Kind, Type: m.Type, Name: m.Name, Size: m.Size, Width: m.Width, Height: m.Height}
}

// MediaItems shows files as programs read them.
func MediaItems(l []media.Item) []MediaItem {
	var out []MediaItem
	for _, m := range l {
		out = append(out, mediaItem(m))
	}
	return out
}

// postMedia keeps a file that a feedback sent afterwards names.
func (a *API) postMedia(c *call) error {
	m, err := a.Media.Put(c.Context(), &patient{body: c.Body, control: http.NewResponseController(c.w)}, media.Upload{Name: c.URL.Query().Get("name")})
	if err != nil {
		return err
	}
	return c.json(http.StatusCreated, mediaItem(m))
}

// showMedia gives the bytes of one file, whole or in parts.
func (a *API) showMedia(c *call) error {
	id, err := c.id()
	if err != nil {
		return err
	}
	m, err := a.Door.MediaNamed(c.Context(), c.viewer.Scope, cx.FeedbackID(id), cx.MediaID(c.PathValue("media")))
	if cx.KindOf(err) == cx.NotFound && err != nil {
		return notFound()
	}
	if err != nil {
		return err
	}
	tag := MediaTag(m)
	if !Continues(c.Header, tag) {
		if err := a.audit(c, "feedback.media", strconv.FormatInt(id, 10)+"/"+string(m.ID)); err != nil {
			return err
		}
	}
	body, err := a.Media.Open(c.Context(), m.ID)
	if err != nil {
		return err
	}
	defer body.Close()
	h := c.w.Header()
	h.Set("Content-Type", m.Type)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Content-Disposition", "attachment")
	if m.Name != "" {
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": m.Name}))
	}
	h.Set("ETag", tag)
	http.ServeContent(c.w, c.Request, "", time.Time{}, body)
	return nil
}

// MediaTag is the ETag of a file.
func MediaTag(m media.Item) string { return fmt.Sprintf(`"%x"`, m.Hash) }

// Continues tells whether a request goes on reading what an earlier one began, and is not told anew in the audit trail: a
// part, asked with the tag (If-Range) that only who began was given.
func Continues(h http.Header, tag string) bool {
	return h.Get("Range") != "" && h.Get("If-Range") == tag
}

// withMedia adds their files to feedbacks that a viewer may see.
func (a *API) withMedia(ctx context.Context, l []cx.Feedback, out []Feedback) error {
	for n, f := range l {
		files, err := a.Door.MediaOf(ctx, f)
		if err != nil {
			return err
		}
		out[n].Media = MediaItems(files)
	}
	return nil
}

func opPostMedia() operation {
	return operation{id: "post_media", tag: "feedbacks", params: []*huma.Param{inQuery("name", "api.param.media_name", "string")},
		in: &huma.Schema{Type: "string", Format: "binary"}, inTypes: []string{"application/octet-stream"}, out: MediaItem{}, success: []int{http.StatusCreated}, refusals: []int{422, 503}}
}

func opShowMedia() operation {
	return operation{id: "show_media", tag: "feedbacks", params: []*huma.Param{pathID(),
		{Name: "media", In: "path", Required: true, Description: "api.param.media", Schema: &huma.Schema{Type: "string"}}},
		out: &huma.Schema{Type: "string", Format: "binary"}, outTypes: []string{"application/octet-stream"}, success: []int{http.StatusOK, http.StatusPartialContent}, refusals: []int{404, 503}}
}
