package intake

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"vigie/internal/cx"
)

// Kind is what a file holds, seen from its first bytes (the name decides nothing but NDJSON).
type Kind string

const (
	Text   Kind = "text"   // separated values
	XLSX   Kind = "xlsx"   // Excel since 2007
	XLS    Kind = "xls"    // Excel 97–2003
	NDJSON Kind = "ndjson" // one feedback object a line, as POST /api/v1/feedbacks takes them
)

// Workbooks are read in memory: one larger than this (as stored) is refused.
const maxWorkbook = 256 << 20

const sniffSize = 256 << 10

// File is something to read, once or many times.
type File struct {
	Name string // base name, without folders
	Kind Kind
	Size int64 // bytes as stored

	open  func() (io.ReadCloser, error)
	pack  string // "gz", "bz2" or ""
	start []byte // first bytes, unpacked
}

// Open looks at the file at path. Refusals are *cx.Error of kind Invalid, or NotFound.
func Open(path string) (*File, error) {
	st, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, cx.Fail(cx.NotFound, "", "intake.file_missing", "file", filepath.Base(path))
	}
	if err != nil {
		return nil, err
	}
	if st.IsDir() {
		return nil, cx.Fail(cx.Invalid, "", "intake.file_folder", "file", filepath.Base(path))
	}
	return newFile(filepath.Base(path), st.Size(), func() (io.ReadCloser, error) { return os.Open(path) })
}

// OpenReader is Open for bytes held elsewhere (an upload).
func OpenReader(name string, r io.ReaderAt, size int64) (*File, error) {
	return newFile(filepath.Base(name), size, func() (io.ReadCloser, error) {
		return io.NopCloser(io.NewSectionReader(r, 0, size)), nil
	})
}

func newFile(name string, size int64, open func() (io.ReadCloser, error)) (*File, error) {
	f := &File{Name: name, Size: size, open: open}
	head, err := f.head(512)
	if err != nil {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		f.pack = "gz"
	case bytes.HasPrefix(head, []byte("BZh")):
		f.pack = "bz2"
	}
	if f.start, err = f.head(sniffSize); err != nil {
		return nil, err
	}
	f.Kind, err = sniffKind(f.bare(), f.start)
	return f, err
}

// bare is the name without the ending of its packing.
func (f *File) bare() string {
	return strings.TrimSuffix(strings.TrimSuffix(f.Name, ".gz"), ".bz2")
}

func (f *File) head(n int) ([]byte, error) {
	r, err := f.reader(nil)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b := make([]byte, n)
	k, err := io.ReadFull(r, b)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, f.unpackError(err)
	}
	return b[:k], nil
}

func (f *File) unpackError(err error) error {
	if _, said := errors.AsType[*cx.Error](err); said || f.pack == "" {
		return err
	}
	return &cx.Error{Kind: cx.Invalid, Code: "intake.file_damaged", Args: map[string]any{"file": f.Name}, Cause: err}
}

// reader gives the unpacked bytes; seen, when given, is told how many stored bytes were read so far.
func (f *File) reader(seen func(int64)) (io.ReadCloser, error) {
	raw, err := f.open()
	if err != nil {
		return nil, err
	}
	var r io.Reader = raw
	if seen != nil {
		r = &counted{r: raw, seen: seen}
	}
	switch f.pack {
	case "gz":
		z, err := gzip.NewReader(bufio.NewReader(r))
		if err != nil {
			raw.Close()
			return nil, f.unpackError(err)
		}
		r = z
	case "bz2":
		r = bzip2.NewReader(bufio.NewReader(r))
	}
	if f.pack != "" {
		r = &bounded{r: r, left: max(freeUnpacked, f.Size*mostUnpacked), file: f.Name}
	}
	return struct {
		io.Reader
		io.Closer
	}{r, raw}, nil
}

// A compressed file may unpack to 200 times its size, and to 1 GiB at least: beyond, it was made to fill the machine.
const (
	mostUnpacked = 200
	freeUnpacked = 1 << 30
)

// bounded refuses to give more bytes than left.
type bounded struct {
	r    io.Reader
	left int64
	file string
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, cx.Fail(cx.Invalid, "file", "intake.file_bomb", "file", b.file)
	}
	return n, err
}

type counted struct {
	r    io.Reader
	n    int64
	seen func(int64)
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	c.seen(c.n)
	return n, err
}

// whole reads a workbook in memory.
func (f *File) whole() ([]byte, error) {
	r, err := f.reader(nil)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, maxWorkbook+1))
	if err != nil {
		return nil, f.unpackError(err)
	}
	if len(b) > maxWorkbook {
		return nil, cx.Fail(cx.Invalid, "", "intake.workbook_too_big", "file", f.Name, "megabytes", maxWorkbook>>20)
	}
	return b, nil
}

func sniffKind(name string, b []byte) (Kind, error) {
	ext := strings.ToLower(filepath.Ext(name))
	switch {
	case len(b) == 0:
		return Text, nil
	case bytes.HasPrefix(b, []byte("PK\x03\x04")):
		if bytes.Contains(b, []byte("mimetypeapplication/vnd.oasis")) {
			return "", cx.Fail(cx.Invalid, "", "intake.file_ods", "file", name)
		}
		return XLSX, nil
	case bytes.HasPrefix(b, []byte{0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1}):
		return XLS, nil
	case foreign(b):
		return "", cx.Fail(cx.Invalid, "", "intake.file_not_table", "file", name)
	case ext == ".ndjson" || ext == ".jsonl":
		return NDJSON, nil
	case looksNDJSON(b):
		return NDJSON, nil
	case ext == ".json", looksJSONArray(b):
		return "", cx.Fail(cx.Invalid, "", "intake.file_json", "file", name)
	}
	return Text, nil
}

// foreign tells files that are certainly no table: known signatures, or bytes no text has.
func foreign(b []byte) bool {
	for _, s := range []string{"%PDF", "\x89PNG", "GIF8", "\xff\xd8\xff", "SQLite format 3", "\x7fELF", "Rar!", "7z\xbc\xaf",
		"\xfd7zXZ", "PAR1", "OggS", "ID3", "RIFF", "{\\rtf", "\x28\xb5\x2f\xfd"} {
		if bytes.HasPrefix(b, []byte(s)) {
			return true
		}
	}
	for _, s := range []string{"<?xml", "<!doctype", "<html"} {
		if start := bytes.TrimLeft(b, " \r\n\t\xef\xbb\xbf"); len(start) >= len(s) && strings.EqualFold(string(start[:len(s)]), s) {
			return true
		}
	}
	if guessUTF16(b) != "" || hasBOM(b) != "" {
		return false
	}
	odd := 0
	for _, c := range b {
		if c < 32 && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != '\v' && c != 0x1b && c != 0x1a {
			odd++
		}
	}
	return odd > 16 && odd*20 > len(b)
}

func looksJSONArray(b []byte) bool {
	rest, ok := bytes.CutPrefix(bytes.TrimLeft(b, " \r\n\t"), []byte("["))
	return ok && bytes.HasPrefix(bytes.TrimLeft(rest, " \r\n\t"), []byte("{"))
}

func looksNDJSON(b []byte) bool {
	line, _, _ := bytes.Cut(bytes.TrimLeft(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")), " \r\n\t"), []byte("\n"))
	line = bytes.TrimSpace(line)
	return bytes.HasPrefix(line, []byte(`{"`)) && bytes.HasSuffix(line, []byte("}"))
}
