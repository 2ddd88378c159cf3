package collect

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"vigie/internal/cx"
	"vigie/internal/listen/media"
	"vigie/internal/people"
	"vigie/internal/record"
)

// maxMedia files of one feedback.
const maxMedia = 50

// lookUpMedia refuses what names a file that is not kept, or that another feedback holds.
func (d *Door) lookUpMedia(ctx context.Context, entries []*entry) error {
	for _, e := range entries {
		if len(e.in.Media) == 0 {
			continue
		}
		known, err := loadKnown(ctx, d.d.DB, []*entry{e})
		if err != nil {
			return err
		}
		if _, again := known[e.key]; again {
			continue // sent before: its key tells what becomes of it
		}
		free, err := d.free(ctx, e.in.Media)
		if err != nil {
			return err
		}
		for i, id := range e.in.Media {
			e.check(free[id], "media["+strconv.Itoa(i)+"]", "collect.unknown_media", "media", string(id))
		}
	}
	return nil
}

// free tells which files a new feedback may hold.
func (d *Door) free(ctx context.Context, ids []cx.MediaID) (map[cx.MediaID]bool, error) {
	out := map[cx.MediaID]bool{}
	if d.d.Media == nil {
		return out, nil
	}
	l, err := d.d.Media.Items(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, m := range l {
		out[m.ID] = m.Feedback == 0
	}
	return out, nil
}

// holdAgain makes an amended feedback hold the files that it names, those gone meanwhile left out.
func (d *Door) holdAgain(ctx context.Context, tx *record.Tx, f *cx.Feedback, before []cx.MediaID) error {
	if slices.Equal(f.Media, before) || d.d.Media == nil {
		return nil
	}
	held, err := media.Hold(ctx, tx, f.ID, f.Media)
	f.Media = held
	return err
}

// unlink deletes the bytes of what was erased. What cannot be now is told and tried again later: the record holds nothing
// of it any more.
func (d *Door) unlink(ctx context.Context) {
	if d.d.Media == nil {
		return
	}
	if _, err := d.d.Media.Clear(ctx); err != nil {
		d.d.Log.Error("files of what was erased not deleted, trying again", "err", err)
	}
}

// Media gives the files of a feedback that the viewer may see, in the order they came; NotFound of one that they may not.
func (d *Door) Media(ctx context.Context, s people.Scope, id cx.FeedbackID) ([]media.Item, error) {
	l, err := d.Feedbacks(ctx, s, []cx.FeedbackID{id})
	if err != nil {
		return nil, err
	}
	if len(l) == 0 {
		return nil, cx.Fail(cx.NotFound, "", "collect.unknown_feedback")
	}
	return d.MediaOf(ctx, l[0])
}

// MediaNamed gives one file of a feedback that the viewer may see; NotFound of any other.
func (d *Door) MediaNamed(ctx context.Context, s people.Scope, id cx.FeedbackID, name cx.MediaID) (media.Item, error) {
	l, err := d.Media(ctx, s, id)
	if err != nil {
		return media.Item{}, err
	}
	for _, m := range l {
		if m.ID == name {
			return m, nil
		}
	}
	return media.Item{}, cx.Fail(cx.NotFound, "", "media.unknown")
}

// MediaOf gives the files of a feedback that the caller read for a viewer.
func (d *Door) MediaOf(ctx context.Context, f cx.Feedback) ([]media.Item, error) {
	if d.d.Media == nil || len(f.Media) == 0 {
		return nil, nil
	}
	l, err := d.d.Media.Items(ctx, f.Media)
	if err != nil {
		return nil, fmt.Errorf("media of a feedback: %w", err)
	}
	return slices.DeleteFunc(l, func(m media.Item) bool { return m.Feedback != f.ID }), nil
}
