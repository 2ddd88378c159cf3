package media

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"path"
	"strings"
)

// form is what a file is, told by its content alone.
type form struct {
	kind Kind
	mime string
	ext  string
}

// headMost bytes tell what a file is, but for films and archives, which are looked into.
const headMost = 4096

// sniff tells what a file is; false when it is nothing that is taken: programs, pages, drawings that run scripts, archives.
func sniff(r io.ReaderAt, size int64) (form, bool) {
	head := make([]byte, min(size, headMost))
	if _, err := r.ReadAt(head, 0); err != nil && err != io.EOF {
		return form{}, false
	}
	for _, look := range []func([]byte) (form, bool){ofImage, ofRIFF, ofSound, ofPlain} {
		if f, ok := look(head); ok {
			return f, true
		}
	}
	switch {
	case len(head) >= 12 && string(head[4:8]) == "ftyp":
		return ofBoxes(r, size, head)
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return ofArchive(r, size)
	}
	return form{}, false
}

func ofImage(b []byte) (form, bool) {
	switch {
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		return form{Image, "image/jpeg", ".jpg"}, true
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return form{Image, "image/png", ".png"}, true
	case bytes.HasPrefix(b, []byte("GIF87a")), bytes.HasPrefix(b, []byte("GIF89a")):
		return form{Image, "image/gif", ".gif"}, true
	}
	return form{}, false
}

func ofRIFF(b []byte) (form, bool) {
	if len(b) < 12 || string(b[:4]) != "RIFF" {
		return form{}, false
	}
	switch string(b[8:12]) {
	case "WEBP":
		return form{Image, "image/webp", ".webp"}, true
	case "WAVE":
		return form{Audio, "audio/wav", ".wav"}, true
	}
	return form{}, false
}

func ofSound(b []byte) (form, bool) {
	switch {
	case bytes.HasPrefix(b, []byte("OggS")):
		if bytes.Contains(b, []byte("\x80theora")) {
			return form{Video, "video/ogg", ".ogv"}, true
		}
		return form{Audio, "audio/ogg", ".ogg"}, bytes.Contains(b, []byte("OpusHead")) || bytes.Contains(b, []byte("\x01vorbis")) || bytes.Contains(b, []byte("Speex"))
	case bytes.HasPrefix(b, []byte("\x1a\x45\xdf\xa3")):
		return ofMatroska(b)
	case bytes.HasPrefix(b, []byte("ID3")), mpegSound(b):
		return form{Audio, "audio/mpeg", ".mp3"}, true
	case len(b) > 7 && b[0] == 0xff && b[1]&0xf6 == 0xf0:
		return form{Audio, "audio/aac", ".aac"}, true
	case bytes.HasPrefix(b, []byte("#!AMR\n")), bytes.HasPrefix(b, []byte("#!AMR-WB\n")):
		return form{Audio, "audio/amr", ".amr"}, true
	}
	return form{}, false
}

// ofMatroska takes WebM alone, what browsers record; without a picture it is sound.
func ofMatroska(b []byte) (form, bool) {
	if !bytes.Contains(b[:min(len(b), 64)], []byte("webm")) {
		return form{}, false
	}
	if bytes.Contains(b, []byte("A_OPUS")) && !bytes.Contains(b, []byte("V_VP")) && !bytes.Contains(b, []byte("V_AV1")) {
		return form{Audio, "audio/webm", ".weba"}, true
	}
	return form{Video, "video/webm", ".webm"}, true
}

// mpegSound tells the header of a frame of MPEG layer III (ISO/IEC 11172-3) from other bytes that begin with ones.
func mpegSound(b []byte) bool {
	if len(b) < 4 || b[0] != 0xff || b[1]&0xe6 != 0xe2 {
		return false
	}
	version, rate, sampling := b[1]>>3&3, b[2]>>4, b[2]>>2&3
	return version != 1 && rate != 0 && rate != 15 && sampling != 3
}

func ofPlain(b []byte) (form, bool) {
	switch {
	case bytes.HasPrefix(b, []byte("%PDF-")):
		return form{File, "application/pdf", ".pdf"}, true
	case bytes.HasPrefix(b, []byte(`{\rtf`)):
		return form{File, "application/rtf", ".rtf"}, true
	case len(b) > 0 && strings.HasPrefix(http.DetectContentType(b), "text/plain") && !runs(b):
		return form{File, "text/plain", ".txt"}, true
	}
	return form{}, false
}

// runs tells text that a machine would run or draw: never taken for a document.
func runs(b []byte) bool {
	b = bytes.ToLower(bytes.TrimLeft(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")), " \t\r\n"))
	for _, mark := range []string{"#!", "<?", "<!", "<html", "<svg", "<script", "@echo", "mz"} {
		if bytes.HasPrefix(b, []byte(mark)) {
			return true
		}
	}
	return bytes.Contains(b, []byte("<svg")) || bytes.Contains(b, []byte("<script"))
}

// documents are the archives that office programs write: by the file that stands in each.
var documents = []struct {
	within string
	form   form
}{
	{"word/document.xml", form{File, "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"}},
	{"xl/workbook.xml", form{File, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"}},
	{"ppt/presentation.xml", form{File, "application/vnd.openxmlformats-officedocument.presentationml.presentation", ".pptx"}},
}

var openDocuments = map[string]string{
	"application/vnd.oasis.opendocument.text":         ".odt",
	"application/vnd.oasis.opendocument.spreadsheet":  ".ods",
	"application/vnd.oasis.opendocument.presentation": ".odp",
}

// namesMost bounds what is read of an archive's list.
const namesMost = 10_000

func ofArchive(r io.ReaderAt, size int64) (form, bool) {
	z, err := zip.NewReader(r, size)
	if err != nil || len(z.File) > namesMost {
		return form{}, false
	}
	for _, f := range z.File {
		name := path.Clean(f.Name)
		if strings.HasSuffix(strings.ToLower(name), "vbaproject.bin") {
			return form{}, false // it holds a program
		}
	}
	for _, f := range z.File {
		if f.Name == "mimetype" && f.UncompressedSize64 < 200 {
			return openDocument(f)
		}
		for _, d := range documents {
			if f.Name == d.within {
				return d.form, true
			}
		}
	}
	return form{}, false
}

func openDocument(f *zip.File) (form, bool) {
	r, err := f.Open()
	if err != nil {
		return form{}, false
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, 200))
	mime := strings.TrimSpace(string(b))
	ext, known := openDocuments[mime]
	return form{File, mime, ext}, err == nil && known
}
