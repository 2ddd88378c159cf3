package web_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/media"
	"vigie/internal/listen/survey"
	"vigie/internal/people"
)

// filed is a feedback of the north with a photo, a film, a voice, and a document; it gives the address of its page.
func (r *rig) filed() string {
	r.t.Helper()
	var photo bytes.Buffer
	if err := png.Encode(&photo, image.NewRGBA(image.Rect(0, 0, 1600, 1200))); err != nil {
		r.t.Fatal(err)
	}
	in := collect.Incoming{Source: "test", SourceID: "filed", At: time.Now().Add(-time.Hour), Touchpoint: "technician", Unit: "lille", Verbatim: "Voyez la photo."}
	for _, f := range []struct {
		name string
		b    []byte
	}{{"boîte de Zoé.png", photo.Bytes()}, {"film.webm", []byte("\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm....V_VP8" + strings.Repeat("x", 1000))}, {"voix.mp3", append([]byte{0xff, 0xfb, 0x90, 0}, make([]byte, 600)...)}, {"facture.pdf", []byte("%PDF-1.7 facture")}} {
		m, err := r.Media.Put(r.t.Context(), bytes.NewReader(f.b), media.Upload{Name: f.name})
		if err != nil {
			r.t.Fatal(err)
		}
		in.Media = append(in.Media, m.ID)
	}
	out, err := r.Door.Put(r.t.Context(), "", in)
	if err != nil || out.Verdict != collect.Accepted {
		r.t.Fatalf("%+v %v", out, err)
	}
	r.settle()
	return fmt.Sprint("/feedbacks/", out.ID)
}

func TestFilesAreShownWithinThePerimeterAlone(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	address := r.filed()
	director := r.as(r.user(people.Director, ""))
	p := director.get(address)
	p.has(t, "main", "Fichiers joints", "facture.pdf 1 ko")
	photo := p.Find(".media img")
	at := p.Find(".media a[href]").First().AttrOr("href", "")
	if p.Find("audio[controls]").Length() != 1 || p.Find("video[controls]").Length() != 1 || photo.AttrOr("alt", "") != "Photo 1" || photo.AttrOr("width", "") != "1600" {
		t.Errorf("%s", p.Find(".media").Text())
	}
	for _, c := range []struct {
		name string
		b    *browser
		want int
	}{
		{"director", director, 200},
		{"manager of the region", r.as(r.user(people.Manager, "north")), 200},
		{"manager of another", r.as(r.user(people.Manager, "west")), 404},
		{"committee", r.as(r.user(people.Committee, "")), 403},
	} {
		if p := c.b.get(at); p.status != c.want {
			t.Errorf("%s: %d, want %d", c.name, p.status, c.want)
		}
	}
	other := strings.Replace(at, address, "/feedbacks/1", 1)
	for _, path := range []string{other, address + "/media/none", "/feedbacks/x/media/" + at[strings.LastIndexByte(at, '/')+1:]} {
		if p := director.get(path); p.status != 404 {
			t.Errorf("%s: %d", path, p.status)
		}
	}
	if p := r.browser().get(at); strings.HasPrefix(p.header.Get("Content-Type"), "image") {
		t.Error("a file is given to nobody in particular")
	}
}

func TestAFileIsServedSoThatItCanDoNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	address := r.filed()
	b := r.as(r.user(people.Director, ""))
	var hrefs []string
	b.get(address).Find(".media a[href$='?download']").Each(func(_ int, s *selection) {
		hrefs = append(hrefs, strings.TrimSuffix(s.AttrOr("href", ""), "?download"))
	})
	if len(hrefs) != 4 {
		t.Fatalf("%v", hrefs)
	}
	for i, want := range []struct{ kind, how string }{{"image/png", "inline"}, {"video/webm", "inline"}, {"audio/mpeg", "inline"}, {"application/pdf", "attachment"}} {
		p := b.get(hrefs[i])
		h := p.header
		if h.Get("Content-Type") != want.kind || !strings.HasPrefix(h.Get("Content-Disposition"), want.how+";") || h.Get("X-Content-Type-Options") != "nosniff" ||
			!strings.Contains(h.Get("Content-Security-Policy"), "sandbox") || h.Get("Cache-Control") != "no-store" || h.Get("Cross-Origin-Resource-Policy") != "same-origin" {
			t.Errorf("%s: %v", hrefs[i], h)
		}
		if p := b.get(hrefs[i] + "?download"); !strings.HasPrefix(p.header.Get("Content-Disposition"), "attachment;") {
			t.Errorf("%s: %v", hrefs[i], p.header)
		}
	}
	req, _ := http.NewRequest("GET", r.http.URL+hrefs[1], nil)
	req.Header.Set("Range", "bytes=1000-1009")
	if p := b.send(req); p.status != http.StatusPartialContent || p.body != "xxxxxxxxxx" {
		t.Errorf("%d %q", p.status, p.body)
	}
	req.Header.Set("If-Range", b.get(hrefs[1]).header.Get("ETag"))
	if p := b.send(req); p.status != http.StatusPartialContent { // goes on with what is noted already
		t.Errorf("%d", p.status)
	}
	whole, small := b.get(hrefs[0]), b.get(hrefs[0]+"?small")
	if small.header.Get("Content-Type") != "image/jpeg" || len(small.body) >= 60_000 || whole.status != 200 {
		t.Errorf("%d bytes of %s", len(small.body), small.header.Get("Content-Type"))
	}
	trail, err := r.People.Trail(t.Context(), 0, 50)
	if err != nil {
		t.Fatal(err)
	}
	reads, previews := map[string]int{}, map[string]int{}
	for _, e := range trail {
		switch e.What {
		case "feedback.media":
			reads[e.Subject]++
		case "feedback.preview":
			previews[e.Subject]++
		}
	}
	subject := func(href string) string {
		return strings.TrimPrefix(strings.ReplaceAll(href, "/media/", "/"), "/feedbacks/")
	}
	if d := cmp.Diff(map[string]int{subject(hrefs[0]): 1}, previews); d != "" {
		t.Error("previews noted:", d)
	}
	for i, want := range map[int]int{0: 3, 1: 4} { // a part that continues nothing is noted as the whole
		if n := reads[subject(hrefs[i])]; n != want {
			t.Errorf("%d openings of %s are noted", n, hrefs[i])
		}
	}
}

// photoSurvey asks for a photo after a score.
func photoSurvey() survey.Definition {
	text := func(s string) cx.Text { return cx.Text{"fr": s} }
	return survey.Definition{Key: "colis", Name: text("Votre colis"), Languages: []string{"fr"}, Touchpoint: "technician", Sections: []survey.Section{{Questions: []survey.Question{
		{Key: "csat", Kind: survey.CSAT, Text: text("Satisfait ?")}, {Key: "photo", Kind: survey.Media, Text: text("Une photo du colis ?"), Accept: []string{"image", "file"}},
		{Key: "why", Kind: survey.Text, Text: text("Pourquoi ?")}}}}}
}

// taken puts a picture drawn by the page into a file field, as if it had been taken.
const taken = `new Promise(ok => { const c = document.createElement('canvas'); c.width = 900; c.height = 700; const p = c.getContext('2d'); p.fillStyle = 'rgb(200,40,' + %d * 90 + ')'; p.fillRect(0, 0, 900, 300)
	c.toBlob(b => { const d = new DataTransfer(); d.items.add(new File([b], 'photo-%d.jpg', { type: 'image/jpeg' })); const i = document.querySelector('input[type=file]:not([capture])'); i.files = d.files; i.dispatchEvent(new Event('change', { bubbles: true })); ok(true) }, 'image/jpeg') })`

func TestAPhotoGoesFromATelephoneToThePageOfTheFeedback(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	r.asked(photoSurvey())
	script := axe(t)
	ctx := chromium(t)
	x := newTab(t, ctx)
	x.shown(360, "light")
	x.open(r.http.URL + "/q/colis?lang=fr")
	x.do(chromedp.Click(chromedp.CSS(`.scale label:nth-child(2)`)))
	x.when(`document.querySelector('input[type=file]')`)
	x.held(script, "a photo is asked for")
	for n := range 2 {
		says[bool](x, fmt.Sprintf(taken, n+1, n+1))
		x.when(`document.querySelectorAll('.files li').length === ` + strconv.Itoa(n+1))
	}
	x.held(script, "photos are there")
	says[bool](x, `(Object.defineProperty(document.querySelector('input[type=file]:not([capture])'), 'files', { value: [{ size: 1e9 }] }), document.querySelector('input[type=file]:not([capture])').dispatchEvent(new Event('change', { bubbles: true })))`)
	x.when(`document.querySelector('[data-toobig]:not([hidden])')?.textContent.includes('trop lourd')`)
	x.do(chromedp.Click(chromedp.CSS(`.files li:first-child button`)))
	x.when(`document.querySelectorAll('.files li').length === 1`)
	x.do(chromedp.Click(chromedp.CSS(`button.next`)))
	x.when(`document.querySelector('textarea')`)
	r.settle()
	b := r.as(r.user(people.Director, ""))
	address := b.get("/verbatims?words=any").Find(".voice time").First().Parent().AttrOr("href", "")
	y := newTab(t, ctx)
	b.lend(y.ctx, r.http.URL)
	y.shown(1440, "light")
	y.open(r.http.URL + address)
	y.when(`document.querySelector('.media img')?.naturalWidth > 0`)
	says[bool](y, script+";true")
	for _, theme := range []string{"light", "dark"} {
		y.shown(360, theme)
		for _, v := range says[[]string](y, violations) {
			t.Errorf("%s: %s", theme, v)
		}
	}
	if said := x.complained() + y.complained(); said != "" {
		t.Errorf("the browser refused: %s", said)
	}
}
