package media

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"vigie/internal/cx"
	"vigie/internal/record"
)

// Kind says what a file is to a person.
type Kind string

const (
	Image Kind = "image"
	Audio Kind = "audio"
	Video Kind = "video"
	File  Kind = "file" // a document
)

// Kinds in the order they are offered.
func Kinds() []Kind { return []Kind{Image, Audio, Video, File} }

// Item is what is known of one file.
type Item struct {
	ID     cx.MediaID
	Kind   Kind
	Type   string // media type, told by its content
	Name   string // as it was sent, made harmless; "" when it had none
	Size   int64
	Width  int // of an image, as stored; 0 not known
	Height int
	Hash   []byte // SHA-256 of the bytes kept
	At     time.Time
	// Feedback that holds it; 0: none yet.
	Feedback cx.FeedbackID
}

// Blobs keep bytes under a key. Two are made: Folder and S3.
type Blobs interface {
	Put(ctx context.Context, key string, r io.ReadSeeker, size int64, kind string) error
	// Open gives a reader that seeks, for parts of a film; NotFound when there is no such blob.
	Open(ctx context.Context, key string) (io.ReadSeekCloser, error)
	// Delete of what is not there is done.
	Delete(ctx context.Context, key string) error
	// Keys gives every key until fn fails.
	Keys(ctx context.Context, fn func(key string) error) error
}

// Config of the store.
type Config struct {
	// Dir is the data folder: files are received in it, whatever keeps them.
	Dir string
	// Max is the most bytes of one file of any kind; 0 is 100 MiB. Room is the most bytes of all together; 0 is 50 GiB.
	Max, Room int64
	// Keep is how long a file that no feedback holds is kept; 0 is 30 days.
	Keep time.Duration
}

// Deps of the store.
type Deps struct {
	DB    *record.DB
	Blobs Blobs            // nil: a Folder in the data folder
	Now   func() time.Time // nil: time.Now
	Log   *slog.Logger     // nil: discarded
}

// Store keeps the files. Safe for concurrent use, on several nodes too when all reach the same blobs.
type Store struct {
	c Config
	d Deps

	drawing sync.Mutex // one picture is unfolded at a time: each takes much memory

	mu   sync.Mutex
	stop context.CancelFunc
	done chan struct{}
}

// New is inert.
func New(c Config, d Deps) (*Store, error) {
	if d.DB == nil || c.Dir == "" {
		return nil, errors.New("media: DB and a folder are needed")
	}
	c.Max, c.Room, c.Keep = cmp.Or(c.Max, 100<<20), cmp.Or(c.Room, 50<<30), cmp.Or(c.Keep, 30*24*time.Hour)
	if d.Blobs == nil {
		d.Blobs = Folder(folderIn(c.Dir))
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	return &Store{c: c, d: d}, nil
}

// kindMost is the most bytes of one file of a kind, when nothing says less.
func kindMost(k Kind) int64 {
	switch k {
	case Video:
		return 100 << 20
	case Audio:
		return 30 << 20
	}
	return 20 << 20
}

// Most gives the most bytes of one file of a kind.
func (s *Store) Most(k Kind) int64 { return min(kindMost(k), s.c.Max) }

func newID() cx.MediaID {
	var b [16]byte
	rand.Read(b[:])
	return cx.MediaID(base64.RawURLEncoding.EncodeToString(b[:]))
}

// ours tells whether a key has the form of an id.
func ours(key string) bool {
	b, err := base64.RawURLEncoding.DecodeString(key)
	return err == nil && len(b) == 16
}

// previewKey is where the small form of a picture is kept.
func previewKey(id cx.MediaID) string { return string(id) + previewSuffix }

const previewSuffix = ".small"

// Open gives the bytes of a file.
func (s *Store) Open(ctx context.Context, id cx.MediaID) (io.ReadSeekCloser, error) {
	return s.d.Blobs.Open(ctx, string(id))
}

// OpenSmall gives a picture as a small JPEG, turned upright; the whole file when it has none.
func (s *Store) OpenSmall(ctx context.Context, m Item) (r io.ReadSeekCloser, kind string, err error) {
	if m.Kind == Image {
		if r, err = s.d.Blobs.Open(ctx, previewKey(m.ID)); cx.KindOf(err) != cx.NotFound {
			return r, "image/jpeg", err
		}
	}
	r, err = s.Open(ctx, m.ID)
	return r, m.Type, err
}

// Keys gives the key of every blob, small forms of pictures included, until fn fails.
func (s *Store) Keys(ctx context.Context, fn func(key string) error) error {
	return s.d.Blobs.Keys(ctx, fn)
}

func unknown() error { return cx.Fail(cx.NotFound, "", "media.unknown") }

// erase deletes the blobs of a file.
func (s *Store) erase(ctx context.Context, id cx.MediaID) error {
	for _, key := range []string{previewKey(id), string(id)} {
		if err := s.d.Blobs.Delete(ctx, key); err != nil {
			return fmt.Errorf("media %s: %w", id, err)
		}
	}
	return nil
}
