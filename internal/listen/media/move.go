package media

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"vigie/internal/cx"
)

// What a backup and a restore do with the files. In the data folder they are part of the backup; an object store keeps its own.

// InFolder tells whether the files lie in the data folder.
func (s *Store) InFolder() bool {
	_, folder := s.d.Blobs.(Folder)
	return folder
}

// Names gives the keys of the blobs that a backup holds; those of pictures that have no small form are not there.
func (s *Store) Names(ctx context.Context) ([]string, error) {
	var out []string
	err := s.All(ctx, func(m Item) error {
		out = append(out, string(m.ID))
		if m.Kind == Image {
			out = append(out, previewKey(m.ID))
		}
		return nil
	})
	return out, err
}

// OpenBlob gives the bytes under a key of Names.
func (s *Store) OpenBlob(ctx context.Context, key string) (io.ReadCloser, error) {
	return s.d.Blobs.Open(ctx, key)
}

// Restore keeps a blob of a backup again, when the record knows of it.
func (s *Store) Restore(ctx context.Context, key string, r io.Reader) error {
	l, err := s.Items(ctx, []cx.MediaID{cx.MediaID(strings.TrimSuffix(key, previewSuffix))})
	if err != nil || len(l) == 0 {
		return err
	}
	if err := os.MkdirAll(s.incoming(), 0o700); err != nil {
		return fmt.Errorf("media: %w", err)
	}
	f, err := os.CreateTemp(s.incoming(), "file-*")
	if err != nil {
		return fmt.Errorf("media: %w", err)
	}
	defer func() { _ = errors.Join(f.Close(), os.Remove(f.Name())) }() // a copy
	n, err := io.Copy(f, r)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return fmt.Errorf("media: %w", err)
	}
	kind := l[0].Type
	if strings.HasSuffix(key, previewSuffix) {
		kind = "image/jpeg"
	}
	return s.d.Blobs.Put(ctx, key, f, n, kind)
}

// Reconcile deletes the blobs of which the record knows nothing, as after the restore of an older one, and tells how many
// files that the record knows of are not there.
func (s *Store) Reconcile(ctx context.Context) (missing int, err error) {
	there := map[cx.MediaID]bool{}
	var strangers []string
	err = s.d.Blobs.Keys(ctx, func(key string) error {
		id := cx.MediaID(strings.TrimSuffix(key, previewSuffix))
		if !ours(string(id)) {
			return nil // not of our making
		}
		l, err := s.Items(ctx, []cx.MediaID{id})
		if len(l) == 0 {
			strangers = append(strangers, key)
		}
		there[id] = true
		return err
	})
	if err != nil {
		return 0, err
	}
	for _, key := range strangers {
		if err := s.d.Blobs.Delete(ctx, key); err != nil {
			return 0, err
		}
	}
	err = s.All(ctx, func(m Item) error {
		if !there[m.ID] {
			missing++
		}
		return nil
	})
	return missing, err
}
