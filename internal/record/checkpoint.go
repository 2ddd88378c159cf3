package record

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

// The WAL is folded into the file by a goroutine beside the writer, in the pauses and when it has grown large, so that
// no commit waits for it. Left to SQLite, the commit that crosses a size pays for all the others.
const (
	walLarge  = 16_000 // frames (pages): fold beside the writer
	walBack   = 32_000 // frames: let the writer fold the rest, so that the WAL starts again at its beginning
	walRest   = 500    // frames: little enough for the writer to fold
	walLimit  = 96_000 // frames: SQLite's own, should all this fail
	walLook   = 200 * time.Millisecond
	walPauses = 5 // looks without a write: a pause
)

// folder folds the WAL of one SQLite record from start to stop.
type folder struct {
	db     *DB
	path   string
	beside *sql.DB
	index  *os.File   // the WAL-index, open until the end: closing it would drop SQLite's locks on it
	mu     sync.Mutex // one fold at a time
	once   sync.Once
	quit   chan struct{}
	done   chan struct{}
}

func (d *DB) startFolder(path string) error {
	beside, err := sql.Open("sqlite", sqliteDSN(path, false))
	if err != nil {
		return fmt.Errorf("open SQLite: %w", err)
	}
	beside.SetMaxOpenConns(1)
	d.folder = &folder{db: d, path: path, beside: beside, quit: make(chan struct{}), done: make(chan struct{})}
	go d.folder.loop()
	return nil
}

// stop ends the goroutine; close comes after the record's other handles are closed.
func (f *folder) stop() {
	f.once.Do(func() { close(f.quit) })
	<-f.done
}

func (f *folder) close() error {
	err := f.beside.Close()
	if f.index != nil {
		err = errors.Join(err, f.index.Close())
	}
	return err
}

func (f *folder) loop() {
	defer close(f.done)
	tick := time.NewTicker(walLook)
	defer tick.Stop()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		select {
		case <-f.quit:
			cancel()
		case <-ctx.Done():
		}
	}()
	var last wal
	still := 0
	for {
		select {
		case <-f.quit:
			return
		case <-tick.C:
		}
		w, err := f.read()
		if err != nil {
			continue // not written yet, or read while it changes: SQLite's own limit holds
		}
		if still++; w != last {
			still = 0
		}
		last = w
		if w.pending() > 0 && (w.frames >= walLarge || still == walPauses) {
			if err := f.fold(ctx); err != nil && ctx.Err() == nil {
				f.db.log.Warn("WAL not folded", "err", err, "frames", w.frames)
			}
		}
	}
}

// fold copies what it can beside the writer, and lets the writer copy the little that is left when the WAL is to start
// again. A long reader only makes it copy less.
func (f *folder) fold(ctx context.Context) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for range 4 {
		if err := passive(ctx, f.beside); err != nil {
			return err
		}
		w, err := f.read()
		if err != nil {
			return err
		}
		if w.frames < walBack || w.pending() == 0 {
			return nil
		}
		if w.pending() < walRest {
			break
		}
	}
	return passive(ctx, f.db.write)
}

func passive(ctx context.Context, on *sql.DB) error {
	_, err := on.ExecContext(ctx, `PRAGMA wal_checkpoint(PASSIVE)`)
	return err
}

// wal is what the WAL-index says: frames written since the WAL began, and how many are folded in the file.
type wal struct{ frames, folded uint32 }

func (w wal) pending() uint32 { return w.frames - min(w.frames, w.folded) }

// read reads the two numbers where SQLite keeps them (sqlite.org/walformat.html, "The WAL-Index File Format").
func (f *folder) read() (wal, error) {
	if f.index == nil {
		var err error
		if f.index, err = os.Open(f.path + "-shm"); err != nil {
			f.index = nil
			return wal{}, err
		}
	}
	var b [100]byte
	if _, err := f.index.ReadAt(b[:], 0); err != nil {
		return wal{}, err
	}
	if v := binary.NativeEndian.Uint32(b[0:]); v != 3007000 {
		return wal{}, fmt.Errorf("WAL-index of version %d", v)
	}
	return wal{frames: binary.NativeEndian.Uint32(b[16:]), folded: binary.NativeEndian.Uint32(b[96:])}, nil
}
