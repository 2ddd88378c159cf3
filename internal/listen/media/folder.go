package media

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Folder keeps blobs as files, spread over folders named by the first two characters.
type Folder string

// FolderName within the data folder.
const FolderName = "media"

func folderIn(data string) string { return filepath.Join(data, FolderName) }

func (f Folder) path(key string) string {
	return filepath.Join(string(f), key[:min(2, len(key))], key)
}

// Put writes aside, then names: a blob is whole or not there.
func (f Folder) Put(_ context.Context, key string, r io.ReadSeeker, size int64, _ string) error {
	to := f.path(key)
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	out, err := os.CreateTemp(filepath.Dir(to), ".coming-*")
	if err != nil {
		return err
	}
	n, err := io.Copy(out, r)
	if err == nil && n != size {
		err = io.ErrUnexpectedEOF
	}
	if err = errors.Join(err, out.Sync(), out.Close()); err == nil {
		err = os.Rename(out.Name(), to)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("keep a file: %w", err), os.Remove(out.Name()))
	}
	return nil
}

func (f Folder) Open(_ context.Context, key string) (io.ReadSeekCloser, error) {
	r, err := os.Open(f.path(key))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, unknown()
	}
	return r, err
}

func (f Folder) Delete(_ context.Context, key string) error {
	err := os.Remove(f.path(key))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func (f Folder) Keys(_ context.Context, fn func(string) error) error {
	err := filepath.WalkDir(string(f), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		return fn(filepath.Base(path))
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
