package media

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// secret stands for what a file tells of who made it and where.
const secret = "48.8584N 2.2945E Zoe"

func picture(t testing.TB) image.Image {
	t.Helper()
	m := image.NewPaletted(image.Rect(0, 0, 40, 30), color.Palette{color.White, color.Black, color.RGBA{200, 30, 30, 255}})
	for i := range m.Pix {
		m.Pix[i] = uint8(i % 3)
	}
	return m
}

func encoded(t testing.TB, how func(io.Writer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := how(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// exif is a TIFF header with a way up and a text.
func exif(up byte) []byte { return append(orientationTIFF(up), secret...) }

func segmentOf(mark byte, body []byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0xff, mark}, uint16(len(body)+2)), body...)
}

func jpegWith(t testing.TB, up byte) []byte {
	b := encoded(t, func(w io.Writer) error { return jpeg.Encode(w, picture(t), nil) })
	more := segmentOf(0xe1, append([]byte("Exif\x00\x00"), exif(up)...))
	more = append(more, segmentOf(0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00"+secret))...)
	more = append(more, segmentOf(0xed, []byte("Photoshop 3.0\x00"+secret))...)
	more = append(more, segmentOf(0xfe, []byte(secret))...)
	more = append(more, segmentOf(0xe2, []byte("ICC_PROFILE\x00colours"))...)
	return append(append(append([]byte{0xff, 0xd8}, more...), b[2:]...), []byte("\xff\xd8\xff\xe1"+secret)...)
}

func pngWith(t testing.TB) []byte {
	b := encoded(t, func(w io.Writer) error { return png.Encode(w, picture(t)) })
	out := append([]byte{}, b[:33]...)
	out = appendChunk(out, "tEXt", []byte("Author\x00"+secret))
	out = appendChunk(out, "eXIf", exif(6))
	return append(append(out, b[33:]...), secret...)
}

func gifWith(t testing.TB) []byte {
	b := encoded(t, func(w io.Writer) error { return gif.Encode(w, picture(t), nil) })
	at := 13 + colourTable(b[10])
	comment := append([]byte{0x21, 0xfe, byte(len(secret))}, secret...)
	return append(append(append(append([]byte{}, b[:at]...), append(comment, 0)...), b[at:]...), secret...)
}

// atom is a box of a film.
func atom(name string, inside ...[]byte) []byte {
	body := bytes.Join(inside, nil)
	return append(append(binary.BigEndian.AppendUint32(nil, uint32(8+len(body))), name...), body...)
}

func film(brand string, kinds ...string) []byte {
	var traks [][]byte
	for _, k := range kinds {
		traks = append(traks, atom("trak", atom("mdia", atom("hdlr", append(make([]byte, 8), k+"rest"...))), atom("meta", []byte(secret))))
	}
	moov := atom("moov", append(traks, atom("udta", []byte(secret)), atom("meta", []byte(secret)))...)
	return bytes.Join([][]byte{atom("ftyp", []byte(brand+"\x00\x00\x00\x00isom")), atom("uuid", []byte(secret)), moov, atom("mdat", []byte("picture and sound"))}, nil)
}

// heic is a picture with its Exif and its XMP in the data.
func heic() []byte {
	entry := func(id uint16, kind string) []byte {
		return atom("infe", []byte{2, 0, 0, 0}, binary.BigEndian.AppendUint16(nil, id), []byte{0, 0}, []byte(kind), []byte{0})
	}
	iinf := atom("iinf", []byte{0, 0, 0, 0, 0, 3}, entry(1, "hvc1"), entry(2, "Exif"), entry(3, "mime"))
	head := atom("ftyp", []byte("heic\x00\x00\x00\x00mif1heic"))
	build := func(from int) []byte {
		iloc := []byte{0, 0, 0, 0, 0x44, 0x00, 0, 3}
		for i, n := range []int{7, len(secret), len(secret)} {
			iloc = binary.BigEndian.AppendUint16(iloc, uint16(i+1))
			iloc = append(iloc, 0, 0, 0, 1)
			iloc = binary.BigEndian.AppendUint32(iloc, uint32(from))
			iloc = binary.BigEndian.AppendUint32(iloc, uint32(n))
			from += n
		}
		return append(append([]byte{}, head...), atom("meta", []byte{0, 0, 0, 0}, iinf, atom("iloc", iloc))...)
	}
	at := len(build(0)) + 8
	return append(build(at), atom("mdat", []byte("picture"+secret+secret))...)
}

func riff(kind string, chunks ...[]byte) []byte {
	b := append([]byte(kind), bytes.Join(chunks, nil)...)
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(b))), b...)
}

func chunk(name string, body string) []byte {
	b := append(binary.LittleEndian.AppendUint32([]byte(name), uint32(len(body))), body...)
	if len(body)&1 == 1 {
		b = append(b, 0)
	}
	return b
}

// tinyWebP is a picture of one pixel.
const tinyWebP = "\x2f\x00\x00\x00\x00\x07\x50\x62\x8a\x8f\x88\x88\xfe\x07"

func webpWith() []byte {
	return riff("WEBP", chunk("VP8X", "\x0c\x00\x00\x00\x00\x00\x00\x00\x00\x00"), chunk("VP8L", tinyWebP), chunk("EXIF", string(exif(8))), chunk("XMP ", secret))
}

func office(t testing.TB, names ...string) []byte {
	return encoded(t, func(w io.Writer) error {
		z := zip.NewWriter(w)
		for _, n := range names {
			f, err := z.Create(n)
			if err != nil {
				return err
			}
			if n == "mimetype" {
				_, err = io.WriteString(f, "application/vnd.oasis.opendocument.text")
			}
			if err != nil {
				return err
			}
		}
		return z.Close()
	})
}

// file is bytes on a disk, as they are received.
func file(t testing.TB, b []byte) *os.File {
	t.Helper()
	f, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	if _, err := f.Write(b); err != nil {
		t.Fatal(err)
	}
	return f
}

func TestAFileIsWhatItsContentSays(t *testing.T) {
	mp3 := append([]byte{0xff, 0xfb, 0x90, 0x00}, make([]byte, 400)...)
	for name, c := range map[string]struct {
		b    []byte
		want string // media type; "" refused
	}{
		"jpeg": {jpegWith(t, 1), "image/jpeg"}, "png": {pngWith(t), "image/png"}, "gif": {gifWith(t), "image/gif"}, "webp": {webpWith(), "image/webp"},
		"heic": {heic(), "image/heic"}, "avif": {atom("ftyp", []byte("avif\x00\x00\x00\x00")), "image/avif"},
		"mp4": {film("isom", "vide", "soun"), "video/mp4"}, "mov": {film("qt  ", "vide"), "video/quicktime"}, "3gp": {film("3gp4", "vide"), "video/3gpp"},
		"m4a": {film("M4A ", "soun"), "audio/mp4"}, "a voice in an mp4": {film("isom", "soun"), "audio/mp4"}, "an mp4 of nothing": {film("isom"), ""},
		"webm": {[]byte("\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm....V_VP8....A_OPUS"), "video/webm"},
		"weba": {[]byte("\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm....A_OPUS"), "audio/webm"},
		"mkv":  {[]byte("\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska....V_VP8"), ""},
		"opus": {[]byte("OggS" + string(make([]byte, 24)) + "OpusHead"), "audio/ogg"},
		"ogg?": {[]byte("OggS" + string(make([]byte, 24))), ""},
		"wav":  {riff("WAVE", chunk("fmt ", "0123456789abcdef")), "audio/wav"},
		"mp3":  {mp3, "audio/mpeg"}, "mp3 with a label": {append([]byte("ID3\x03\x00\x00\x00\x00\x00\x00"), mp3...), "audio/mpeg"}, "amr": {[]byte("#!AMR\n...."), "audio/amr"},
		"avi":  {riff("AVI ", chunk("LIST", "")), ""},
		"pdf":  {[]byte("%PDF-1.7\n"), "application/pdf"},
		"docx": {office(t, "[Content_Types].xml", "word/document.xml"), documents[0].form.mime}, "xlsx": {office(t, "xl/workbook.xml"), documents[1].form.mime},
		"odt":   {office(t, "mimetype"), "application/vnd.oasis.opendocument.text"},
		"docm":  {office(t, "word/document.xml", "word/vbaProject.bin"), ""},
		"zip":   {office(t, "virus.exe"), ""},
		"words": {[]byte("Bonjour, le colis était ouvert."), "text/plain"},
		"page":  {[]byte("<html><script>alert(1)</script>"), ""}, "drawing": {[]byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`), ""},
		"a page behind words": {[]byte("Bonjour <script>alert(1)</script>"), ""},
		"program":             {append([]byte("MZ\x90\x00"), make([]byte, 100)...), ""}, "shell": {[]byte("#!/bin/sh\nrm -rf /\n"), ""}, "nothing": {nil, ""}, "one byte": {[]byte{0}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := file(t, c.b)
			got, ok := sniff(f, int64(len(c.b)))
			if ok != (c.want != "") || ok && got.mime != c.want {
				t.Errorf("%v %+v, wanted %q", ok, got, c.want)
			}
		})
	}
}

// cleaned gives what is kept of a file.
func cleaned(t testing.TB, b []byte) ([]byte, Item, error) {
	t.Helper()
	f := file(t, b)
	is, ok := sniff(f, int64(len(b)))
	if !ok {
		t.Fatal("not taken")
	}
	m := Item{Kind: is.kind, Type: is.mime}
	kept, err := m.clean(f, int64(len(b)))
	if err != nil {
		return nil, m, err
	}
	out, err := io.ReadAll(kept)
	return out, m, err
}

func TestNothingTellsOfWhoMadeAFileAndWhere(t *testing.T) {
	label := append([]byte("ID3\x03\x00\x00\x00\x00\x00\x14"), secret...)
	sound := append([]byte{0xff, 0xfb, 0x90, 0x00}, make([]byte, 400)...)
	tag := append([]byte("TAG"+secret), make([]byte, 128-3-len(secret))...)
	for name, b := range map[string][]byte{
		"jpeg": jpegWith(t, 6), "png": pngWith(t), "gif": gifWith(t), "webp": webpWith(), "heic": heic(), "mp4": film("isom", "vide", "soun"), "m4a": film("M4A ", "soun"),
		"wav": riff("WAVE", chunk("fmt ", "0123456789abcdef"), chunk("LIST", "INFO"+secret), chunk("data", "sound")), "mp3": bytes.Join([][]byte{label, sound, tag}, nil),
	} {
		t.Run(name, func(t *testing.T) {
			if !bytes.Contains(b, []byte(secret)) {
				t.Fatal("the test tells nothing")
			}
			out, m, err := cleaned(t, b)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(out, []byte(secret)) {
				t.Error("it still tells")
			}
			if again, ok := sniff(bytesAt(out), int64(len(out))); !ok || again.mime != m.Type {
				t.Errorf("it is %+v now", again)
			}
			for _, whole := range []string{"picture and sound", "picture", "sound"} {
				if bytes.Contains(b, []byte(whole)) && !bytes.Contains(out, []byte(whole)) {
					t.Errorf("%q went too", whole)
				}
			}
		})
	}
}

func TestAPictureStaysThePictureAndUpright(t *testing.T) {
	plain := encoded(t, func(w io.Writer) error { return jpeg.Encode(w, picture(t), nil) })
	for up := byte(1); up <= 8; up++ {
		out, m, err := cleaned(t, jpegWith(t, up))
		if err != nil {
			t.Fatal(err)
		}
		got, err := jpeg.Decode(bytes.NewReader(out))
		if err != nil {
			t.Fatal(err)
		}
		want, _ := jpeg.Decode(bytes.NewReader(plain))
		if !bytes.Equal(got.(*image.YCbCr).Y, want.(*image.YCbCr).Y) || m.Width != 40 || m.Height != 30 {
			t.Errorf("another picture of %d × %d", m.Width, m.Height)
		}
		said := byte(1)
		if at := bytes.Index(out, []byte("Exif\x00\x00")); at >= 0 {
			said = orientation(out[at+6:])
		}
		if said != up || !bytes.Contains(out, []byte("ICC_PROFILE")) {
			t.Errorf("up is %d, not %d, or the colours went", said, up)
		}
	}
	for name, b := range map[string][]byte{"png": pngWith(t), "gif": gifWith(t)} {
		out, _, err := cleaned(t, b)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := image.Decode(bytes.NewReader(out)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAPictureThatUnfoldsTooFarIsRefused(t *testing.T) {
	b := pngWith(t)
	binary.BigEndian.PutUint32(b[16:], 25_000)
	binary.BigEndian.PutUint32(b[20:], 25_000)
	binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
	if _, _, err := cleaned(t, b); err != errShape {
		t.Errorf("%v", err)
	}
}

func TestDamagedFilesAreRefused(t *testing.T) {
	for name, b := range map[string][]byte{"jpeg": jpegWith(t, 1)[:60], "png": pngWith(t)[:50], "gif": gifWith(t)[:25], "webp": webpWith()[:40], "heic": heic()[:60]} {
		if _, _, err := cleaned(t, b); err != errShape {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzClean: whatever comes, nothing falls over, and what is kept is still what it was said to be.
func FuzzClean(f *testing.F) {
	for _, b := range [][]byte{jpegWith(f, 6), pngWith(f), gifWith(f), webpWith(), heic(), film("isom", "vide", "soun"), riff("WAVE", chunk("LIST", secret)), []byte("ID3\x03\x00\x00\x00\x00\x00\x00\xff\xfb\x90\x00")} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		is, ok := sniff(bytesAt(b), int64(len(b)))
		if !ok {
			return
		}
		if cut := cutters[is.mime]; cut != nil {
			if out, err := cut(b); err == nil {
				if again, ok := sniff(bytesAt(out), int64(len(out))); !ok || again.mime != is.mime {
					t.Errorf("a %s became %+v", is.mime, again)
				}
				if len(out) > len(b)+64 {
					t.Errorf("%d bytes became %d", len(b), len(out))
				}
			}
			return
		}
		m := Item{Kind: is.kind, Type: is.mime}
		path := filepath.Join(t.TempDir(), "f")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		on, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer on.Close()
		if _, err := m.clean(on, int64(len(b))); err != nil {
			return
		}
		if info, err := on.Stat(); err != nil || info.Size() != int64(len(b)) {
			t.Errorf("%d bytes became %d, %v", len(b), info.Size(), err)
		}
	})
}

func TestNamesAreHarmless(t *testing.T) {
	for name, want := range map[string]string{
		`C:\Users\Zoé\photo de la boîte.JPEG`: "photo de la boîte.jpg", "../../etc/passwd": "passwd.jpg", "facture\u202egpj.exe": "facturegpj.jpg",
		"": "", "...": "", "a\x00b\nc.png": "abc.jpg", `<img onerror="x">.jpg`: "img onerror=-x.jpg", ".htaccess": "",
	} {
		if got := harmless(name, ".jpg"); got != want {
			t.Errorf("%q became %q, not %q", name, got, want)
		}
	}
}
