package respond_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"vigie/internal/cx"
	"vigie/internal/listen/response"
	"vigie/internal/listen/survey"
	"vigie/internal/people"

	"github.com/PuerkitoBio/goquery"
)

type sent struct {
	field, name string
	content     []byte
}

// photo is a picture of n pixels by 8, another for each n.
func photo(t *testing.T, n int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, n, 8)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// sendFiles posts the page's form as a browser does, with files.
func (r *rig) sendFiles(p page, fill url.Values, files ...sent) page {
	r.t.Helper()
	form := p.Find("form").First()
	if kind := form.AttrOr("enctype", ""); kind != "multipart/form-data" {
		r.t.Fatalf("%s is sent as %q", p.path, kind)
	}
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	form.Find("input[type=hidden]").Each(func(_ int, s *goquery.Selection) { m.WriteField(s.AttrOr("name", ""), s.AttrOr("value", "")) })
	for name, values := range fill {
		for _, v := range values {
			m.WriteField(name, v)
		}
	}
	if len(files) == 0 { // a field left empty
		files = []sent{{form.Find("input[type=file]").AttrOr("name", ""), "", nil}}
	}
	for _, f := range files {
		w, err := m.CreateFormFile(f.field, f.name)
		if err != nil {
			r.t.Fatal(err)
		}
		if _, err := io.Copy(w, bytes.NewReader(f.content)); err != nil {
			r.t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		r.t.Fatal(err)
	}
	return r.read(http.Post(r.http.URL+form.AttrOr("action", ""), m.FormDataContentType(), &body))
}

func parcel(change func(*survey.Definition)) survey.Definition {
	both := func(s string) cx.Text { return cx.Text{"fr": s, "en": s} }
	d := survey.Definition{Key: "parcel", Name: both("Colis"), Languages: []string{"fr", "en"}, Sections: []survey.Section{{Questions: []survey.Question{
		{Key: "nps", Kind: survey.NPS, Text: both("Nous recommanderiez-vous ?")},
		{Key: "photo", Kind: survey.Media, Text: both("Une photo ?"), Accept: []string{"image", "file"}, Most: 2, Megabytes: 1},
		{Key: "why", Kind: survey.Text, Text: both("Pourquoi ?")}}}}}
	if change != nil {
		change(&d)
	}
	return d
}

func names(p page) []string {
	return p.Find(".files .file").Map(func(_ int, s *goquery.Selection) string { return strings.Fields(s.Text())[0] })
}

// Without a script, files are sent, some are refused in words, one is taken away, and the feedback has the rest.
func TestPhotosAreSentWithoutAScript(t *testing.T) {
	r := open(t, 0)
	r.publish(parcel(nil))
	p := r.send(r.get("/q/parcel?lang=fr"), url.Values{"a.nps": {"3"}})
	token := response.Token(strings.TrimPrefix(p.path, "/s/"))
	if c := p.Find("input[type=file][capture]"); c.Length() != 1 || c.AttrOr("accept", "") != "image/*" || p.Find("input[type=file][multiple]").Length() != 1 || p.size > 40_000 {
		t.Errorf("%d bytes, %s", p.size, p.Find(".k-media").Text())
	}
	p = r.sendFiles(p, nil, sent{"u.photo", "boîte.jpg", photo(t, 9)}, sent{"u.photo", "virus.jpg", []byte("MZ\x90\x00")}, sent{"u.photo", "gros.pdf", append([]byte("%PDF-1.7"), make([]byte, 1<<20)...)})
	if words := p.Find("[role=alert]").First().Text(); p.status != 422 || !strings.Contains(words, "virus.jpg") || !strings.Contains(words, "photos, documents") || !strings.Contains(words, "gros.pdf") || !strings.Contains(words, "1\u202fMo") && !strings.Contains(words, "1 Mo") {
		t.Errorf("%d %s", p.status, words)
	}
	if got := names(p); len(got) != 1 || got[0] != "boîte.jpg" {
		t.Fatalf("%v", got)
	}
	p = r.sendFiles(p, url.Values{"add": {"photo"}}, sent{"u.photo", "IMG_2.jpg", photo(t, 16)})
	if got := names(p); p.status != 200 || len(got) != 2 || p.Find("input[type=file]").Length() != 0 {
		t.Fatalf("%d %v", p.status, got)
	}
	p = r.send(p, url.Values{"drop": {p.Find("button[name=drop]").First().AttrOr("value", "")}})
	if got := names(p); len(got) != 1 || got[0] != "IMG_2.jpg" {
		t.Fatalf("%v", got)
	}
	p = r.sendFiles(p, nil)
	if p.Find("textarea").Length() != 1 {
		t.Fatalf("%s", p.Find("main").Text())
	}
	one, err := r.Responses.Find(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	l, err := r.Door.Media(t.Context(), people.Whole(), one.Feedback)
	if err != nil || len(l) != 1 || l[0].Name != "IMG_2.jpg" || l[0].Width != 16 {
		t.Errorf("%+v %v", l, err)
	}
}

func TestAFileMayComeFirst(t *testing.T) {
	r := open(t, 0)
	r.publish(parcel(func(d *survey.Definition) { d.Display = survey.Whole }))
	p := r.get("/q/parcel?lang=en")
	p = r.sendFiles(p, url.Values{"a.nps": {"9"}, "add": {"photo"}}, sent{"u.photo", "a.jpg", photo(t, 9)})
	if got := names(p); p.status != 200 || len(got) != 1 || p.Find("input[name='a.nps'][checked]").AttrOr("value", "") != "9" {
		t.Fatalf("%d %s %v", p.status, p.path, got)
	}
	if p := r.sendFiles(r.get("/q/parcel?lang=en"), url.Values{"a.nps": {"9"}}, sent{"u.photo", "a.exe", []byte("MZ\x90\x00")}); p.status != 422 || !strings.HasPrefix(p.Find("form").AttrOr("action", ""), "/s/") {
		t.Errorf("%d %s", p.status, p.Find("main").Text())
	}
}

func TestANeededPhotoIsAskedFor(t *testing.T) {
	r := open(t, 0)
	r.publish(parcel(func(d *survey.Definition) { d.Sections[0].Questions[1].Need = survey.Required }))
	p := r.send(r.get("/q/parcel?lang=en"), url.Values{"a.nps": {"3"}})
	if p = r.sendFiles(p, nil); p.status != 422 || !strings.Contains(p.Find("[role=alert]").First().Text(), "needed") {
		t.Fatalf("%d %s", p.status, p.Find("main").Text())
	}
	if p = r.sendFiles(p, nil, sent{"u.photo", "a.jpg", photo(t, 9)}); p.Find("textarea").Length() != 1 {
		t.Errorf("%d %s", p.status, p.Find("main").Text())
	}
}

func TestNobodyAttachesTheFileOfAnother(t *testing.T) {
	r := open(t, 0)
	r.publish(parcel(nil))
	mine := r.send(r.get("/q/parcel?lang=en"), url.Values{"a.nps": {"3"}})
	mine = r.sendFiles(mine, url.Values{"add": {"photo"}}, sent{"u.photo", "a.jpg", photo(t, 9)})
	id := mine.Find("input[name='f.photo']").AttrOr("value", "")
	theirs := r.send(r.get("/q/parcel?lang=en"), url.Values{"a.nps": {"3"}})
	r.sendFiles(theirs, url.Values{"f.photo": {id}})
	r.send(theirs, url.Values{"drop": {"photo/" + id}})
	for p, want := range map[string]int{mine.path: 1, theirs.path: 0} {
		path, _, _ := strings.Cut(p, "?")
		one, err := r.Responses.Find(t.Context(), response.Token(strings.TrimPrefix(path, "/s/")))
		if err != nil {
			t.Fatal(err)
		}
		files, err := r.Responses.Files(t.Context(), one)
		if err != nil || len(files["photo"]) != want {
			t.Errorf("%s: %v %v", p, files, err)
		}
	}
}

func TestAScreenThatAsksForNoFileTakesNone(t *testing.T) {
	r := open(t, 0)
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	m.WriteField("at", "nps")
	w, _ := m.CreateFormFile("u.nps", "big.bin")
	w.Write(make([]byte, 2<<20))
	m.Close()
	if p := r.read(http.Post(r.http.URL+"/q/delivery", m.FormDataContentType(), &body)); p.status != 422 {
		t.Errorf("%d", p.status)
	}
}
