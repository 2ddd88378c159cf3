package response

import (
	"bytes"
	"context"
	"io"
	"slices"

	"vigie/internal/cx"
	"vigie/internal/listen/media"
	"vigie/internal/listen/survey"
)

// Sent is one file that comes with an answer.
type Sent struct {
	Name string
	io.Reader
}

// totalMost is the most bytes that one person's answers to one survey may weigh.
const totalMost = 300 << 20

// Attach keeps a file as (one more part of) the answer to a media question, then tells the door. The same file sent twice,
// as after a lost answer, is kept once. Errors of kind Invalid bear the question's key.
func (d *Desk) Attach(ctx context.Context, t Token, key survey.QuestionID, f Sent) (*Response, error) {
	r, err := d.Find(ctx, t)
	if err != nil {
		return nil, err
	}
	if r.State == Closed {
		return nil, cx.Fail(cx.Conflict, "", "response.closed")
	}
	q := r.Version.Question(key)
	if q == nil || q.Kind != survey.Media || d.d.Media == nil {
		return nil, cx.Fail(cx.Invalid, string(key), "survey.no_question", "key", string(key))
	}
	have, err := d.Files(ctx, r)
	if err != nil {
		return nil, err
	}
	if len(have[key]) >= q.Files() {
		return nil, cx.Fail(cx.Invalid, string(key), "survey.answer_files", "count", q.Files())
	}
	m, err := d.d.Media.Put(ctx, f, upload(r.Version, q, f.Name))
	if err != nil {
		return nil, about(err, key)
	}
	return d.attached(ctx, t, q, m)
}

func upload(v *survey.Definition, q *survey.Question, name string) media.Upload {
	u := media.Upload{Name: name, Max: int64(q.Megabytes) << 20}
	if v.Privacy == survey.Anonymous {
		u.Name = "" // people call files after themselves
	}
	for _, a := range q.Accepted() {
		u.Accept = append(u.Accept, media.Kind(a))
	}
	return u
}

// Heaviest gives the most bytes of one file of a kind that answers a media question.
func (d *Desk) Heaviest(q *survey.Question, kind string) int64 {
	if d.d.Media == nil {
		return 0
	}
	most := d.d.Media.Most(media.Kind(kind))
	if q.Megabytes > 0 {
		most = min(most, int64(q.Megabytes)<<20)
	}
	return most
}

// about names the question that an error is of.
func about(err error, key survey.QuestionID) error {
	if e, ok := err.(*cx.Error); ok && e.Field == "" {
		e.Field = string(key)
	}
	return err
}

// attached notes a file that is kept. One that finds no room any more, or is there already, goes.
func (d *Desk) attached(ctx context.Context, t Token, q *survey.Question, m media.Item) (*Response, error) {
	twice := false
	r, err := d.change(ctx, t, func(r *Response) error {
		have, err := d.Files(ctx, r)
		if err != nil {
			return err
		}
		total := m.Size
		for _, l := range have {
			for _, x := range l {
				total += x.Size
			}
		}
		if total > totalMost {
			return cx.Fail(cx.Invalid, string(q.Key), "media.total", "max", totalMost>>20)
		}
		if twice = slices.ContainsFunc(have[q.Key], func(x media.Item) bool { return bytes.Equal(x.Hash, m.Hash) }); twice {
			return nil
		}
		a := survey.Answer{}
		for _, x := range have[q.Key] {
			a.Files = append(a.Files, string(x.ID))
		}
		a.Files = append(a.Files, string(m.ID))
		if _, err := q.Take(a); err != nil {
			return err
		}
		r.Answers[q.Key] = a
		delete(r.Passed, q.Key)
		r.settle()
		return nil
	})
	if err != nil && cx.KindOf(err) != cx.Unavailable || twice { // unknown: the sweep of what nobody holds tells
		if e := d.d.Media.Drop(context.WithoutCancel(ctx), m.ID); e != nil {
			d.d.Log.Error("file not taken in and not deleted, trying again", "err", e)
		}
	}
	return r, err
}

// Detach takes a file back out of the answers, and deletes it.
func (d *Desk) Detach(ctx context.Context, t Token, id cx.MediaID) (*Response, error) {
	had := false
	r, err := d.change(ctx, t, func(r *Response) error {
		for key, a := range r.Answers {
			if i := slices.Index(a.Files, string(id)); i >= 0 {
				had, a.Files = true, slices.Delete(slices.Clone(a.Files), i, i+1)
				r.Answers[key] = a
				if a.Empty() {
					delete(r.Answers, key)
				}
			}
		}
		r.settle()
		return nil
	})
	if err != nil || !had || d.d.Media == nil {
		return r, err
	}
	return r, d.d.Media.Delete(ctx, id)
}

// Files gives the files of a response by question, those gone left out.
func (d *Desk) Files(ctx context.Context, r *Response) (map[survey.QuestionID][]media.Item, error) {
	out := map[survey.QuestionID][]media.Item{}
	if d.d.Media == nil {
		return out, nil
	}
	for key, a := range r.Answers {
		if len(a.Files) == 0 {
			continue
		}
		ids := make([]cx.MediaID, len(a.Files))
		for i, id := range a.Files {
			ids[i] = cx.MediaID(id)
		}
		l, err := d.d.Media.Items(ctx, ids)
		if err != nil {
			return nil, err
		}
		out[key] = l
	}
	return out, nil
}
