package media

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // kinds of pictures that are measured
	_ "image/jpeg"
	_ "image/png"
	"io"
	"os"
	"path/filepath"
	"slices"

	_ "golang.org/x/image/webp"

	"vigie/internal/cx"
)

// Upload says what is expected of a file that comes.
type Upload struct {
	Name   string // as the sender calls it; "" none, and none is kept of an anonymous survey
	Accept []Kind // none: any kind
	Max    int64  // bytes; 0: as much as its kind may have
}

// Picture bounds: what unfolds to more than this is refused, whatever its file weighs.
const (
	pixelsMost = 120_000_000
	sideMost   = 30_000
)

// Put keeps a file that nobody holds yet. Its kind is told by its content; what it says of who made it and where is taken
// out. Errors of kind Invalid are the sender's: too big, empty, of another kind, damaged.
func (s *Store) Put(ctx context.Context, r io.Reader, u Upload) (Item, error) {
	f, size, err := s.receive(r, u)
	if err != nil {
		return Item{}, err
	}
	defer func() { _ = errors.Join(f.Close(), os.Remove(f.Name())) }() // only a copy is kept
	is, known := sniff(f, size)
	if !known || len(u.Accept) > 0 && !slices.Contains(u.Accept, is.kind) {
		return Item{}, cx.Fail(cx.Invalid, "", "media.type")
	}
	if most := cmp.Or(u.Max, s.Most(is.kind)); size > min(most, s.Most(is.kind)) {
		return Item{}, tooBig(min(most, s.Most(is.kind)))
	}
	m := Item{ID: newID(), Kind: is.kind, Type: is.mime, Name: harmless(u.Name, is.ext), At: s.d.Now().UTC()}
	clean, err := m.clean(f, size)
	if errors.Is(err, errShape) {
		return Item{}, cx.Fail(cx.Invalid, "", "media.damaged")
	}
	if err != nil {
		return Item{}, fmt.Errorf("media: %w", err)
	}
	err = s.keep(ctx, &m, clean)
	return m, err
}

func tooBig(most int64) error {
	return cx.Fail(cx.Invalid, "", "media.big", "max", max(1, most>>20))
}

// receive copies what comes to a file of the data folder, no more than the most a file may have.
func (s *Store) receive(r io.Reader, u Upload) (*os.File, int64, error) {
	dir := s.incoming()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, 0, fmt.Errorf("media: %w", err)
	}
	f, err := os.CreateTemp(dir, "file-*")
	if err != nil {
		return nil, 0, fmt.Errorf("media: %w", err)
	}
	most := s.c.Max
	if u.Max > 0 {
		most = min(most, u.Max)
	}
	n, err := io.Copy(f, io.LimitReader(r, most+1))
	switch {
	case err != nil:
		err = fmt.Errorf("media: %w", err)
	case n > most:
		err = tooBig(most)
	case n == 0:
		err = cx.Fail(cx.Invalid, "", "media.empty")
	}
	if err != nil {
		_ = errors.Join(f.Close(), os.Remove(f.Name()))
		return nil, 0, err
	}
	return f, n, nil
}

// incoming is where files stand while they come.
func (s *Store) incoming() string { return filepath.Join(s.c.Dir, "media-incoming") }

// body is what is kept of a file.
type body struct {
	io.ReadSeeker
	size int64
}

// clean gives the file without what it tells of people, its bounds checked; errShape when it is not what it says.
func (m *Item) clean(f *os.File, size int64) (body, error) {
	whole := body{io.NewSectionReader(f, 0, size), size}
	switch m.Type {
	case "image/jpeg", "image/png", "image/gif", "image/webp":
		b, err := m.picture(whole)
		return body{bytes.NewReader(b), int64(len(b))}, err
	case "image/heic", "image/avif":
		return whole, blankHEIF(f, size)
	case "audio/mp4", "video/mp4", "video/quicktime", "video/3gpp":
		return whole, blankFilm(f, size)
	case "audio/wav":
		return whole, blankWAV(f, size)
	case "audio/mpeg", "audio/aac":
		from, to, err := soundSpan(f, size)
		return body{io.NewSectionReader(f, from, to-from), to - from}, err
	}
	return whole, nil
}

var cutters = map[string]func([]byte) ([]byte, error){"image/jpeg": cutJPEG, "image/png": cutPNG, "image/gif": cutGIF, "image/webp": cutWebP}

func (m *Item) picture(f body) ([]byte, error) {
	b, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	if b, err = cutters[m.Type](b); err != nil {
		return nil, err
	}
	c, _, err := image.DecodeConfig(bytes.NewReader(b))
	if err != nil || c.Width <= 0 || c.Height <= 0 || c.Width > sideMost || c.Height > sideMost || c.Width*c.Height > pixelsMost {
		return nil, errShape
	}
	m.Width, m.Height = c.Width, c.Height
	return b, nil
}

// keep writes the row before the bytes, so that no blob is ever without a row that has it deleted.
func (s *Store) keep(ctx context.Context, m *Item, b body) error {
	h := sha256.New()
	if _, err := io.Copy(h, b); err != nil {
		return fmt.Errorf("media: %w", err)
	}
	m.Size, m.Hash = b.size, h.Sum(nil)
	if err := s.insert(ctx, *m); err != nil {
		return err
	}
	err := s.write(ctx, m, b)
	if err != nil {
		gone := context.WithoutCancel(ctx)
		e := cx.Fail(cx.Unavailable, "", "media.unavailable")
		e.Cause = errors.Join(err, s.Drop(gone, m.ID))
		return e
	}
	return nil
}

func (s *Store) write(ctx context.Context, m *Item, b body) error {
	if _, err := b.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if err := s.d.Blobs.Put(ctx, string(m.ID), b, b.size, m.Type); err != nil {
		return err
	}
	small := s.small(m, b)
	if small == nil {
		return nil
	}
	return s.d.Blobs.Put(ctx, previewKey(m.ID), bytes.NewReader(small), int64(len(small)), "image/jpeg")
}
