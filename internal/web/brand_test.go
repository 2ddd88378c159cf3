package web_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"vigie/internal/people"
)

func TestAccentIsCheckedAndColoursEveryPage(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Administrator, ""))
	p := b.post("/settings/brand", url.Values{"accent": {"#ffcc00"}})
	if p.status != 422 {
		t.Fatalf("yellow on white: %d", p.status)
	}
	p.has(t, "main", "Contraste de 1,", "il en faut 4,5", "La plus proche")
	if p = b.post("/settings/brand", url.Values{"accent": {"red;}"}}); p.status != 422 {
		t.Errorf("no colour: %d", p.status)
	}
	b.post("/settings/brand", url.Values{"accent": {"#0B5C4A"}})
	style := r.browser().get("/signin").Find(`link[href^="/brand.css"]`).AttrOr("href", "")
	css := b.get(style)
	if !strings.Contains(css.body, "--accent:#0b5c4a") || !strings.Contains(css.body, "[data-theme=dark]") || !strings.Contains(css.header.Get("Cache-Control"), "immutable") {
		t.Errorf("%s: %.300s", style, css.body)
	}
	b.post("/settings/brand", url.Values{})
	if b.get("/").Find(`link[href^="/brand.css"]`).Length() != 0 {
		t.Error("still coloured")
	}
}

func (b *browser) giveLogo(name string, file []byte) page {
	b.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("logo", name)
	if err != nil {
		b.t.Fatal(err)
	}
	_, _ = part.Write(file)
	_ = form.Close()
	req, err := http.NewRequest("POST", b.r.http.URL+"/settings/brand/logo", &body)
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	return b.send(req)
}

func TestLogoIsDrawnAgainAndNothingElseOfItKept(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Administrator, ""))
	for name, file := range map[string]string{"svg": `<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>`, "html": "<html>", "broken": "\x89PNG\r\n\x1a\nnothing", "empty": ""} {
		if p := b.giveLogo("logo.png", []byte(file)); p.status != 422 {
			t.Errorf("%s: %d", name, p.status)
		}
	}
	m := image.NewNRGBA(image.Rect(0, 0, 300, 200))
	m.Set(1, 1, color.White)
	var file bytes.Buffer
	if err := png.Encode(&file, m); err != nil {
		t.Fatal(err)
	}
	if p := b.giveLogo("logo.png", append(file.Bytes(), "<script>trailing</script>"...)); p.status != 200 || p.Find(".rail img.logo").Length() != 1 {
		t.Fatalf("%d", p.status)
	}
	src := r.browser().get("/signin").Find("img.logo").AttrOr("src", "")
	p := r.browser().get(src)
	if p.header.Get("Content-Type") != "image/png" || strings.Contains(p.body, "trailing") || !strings.Contains(p.header.Get("Content-Security-Policy"), "sandbox") {
		t.Fatalf("%s: %v", src, p.header)
	}
	got, err := png.Decode(strings.NewReader(p.body))
	if err != nil || got.Bounds().Dy() != 96 || got.Bounds().Dx() != 144 {
		t.Errorf("%v %v", got.Bounds(), err)
	}
	b.post("/settings/brand/logo", url.Values{"remove": {"1"}})
	if n := b.get("/").Find("img.logo").Length(); n != 0 {
		t.Error("the logo stays")
	}
}

// A page in another word for customers says « client » nowhere but in what others wrote, the field's terms and addresses.
func TestNoPageSaysClientWhereTheyAreUsagers(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Administrator, ""))
	b.post("/settings/brand", url.Values{"customer": {"usager"}})
	old := regexp.MustCompile(`(?i)(^|[^\p{L}_/.])clients?([^\p{L}_/=]|$)`)
	terms := regexp.MustCompile(`(?i)expérience client|Devenir client`) // a term of the field; the name of a journey
	c, err := r.Catalogue.Present(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var said []string // what the catalogue's own texts say: data
	for _, i := range c.IndicatorList {
		said = append(said, i.Name["fr"], i.Why["fr"], i.Decision["fr"])
	}
	for _, m := range c.MetricList {
		said = append(said, m.Name["fr"], m.Wording["fr"])
	}
	said = slices.DeleteFunc(said, func(s string) bool { return s == "" })
	slices.SortFunc(said, func(a, b string) int { return len(b) - len(a) })
	for _, x := range r.server.Routes() {
		if x.Method != "GET" || x.Path == "/live" || strings.Contains(x.Path, ".") || strings.HasPrefix(x.Path, "/dev/") {
			continue
		}
		p := b.get(addressOf(x))
		p.Find("script,style,.voice q,.voice blockquote,pre,code,textarea,[data-data],select[name=customer]").Remove()
		text := terms.ReplaceAllString(p.Text(), "")
		for _, x := range said {
			text = strings.ReplaceAll(text, x, "")
		}
		if at := old.FindStringIndex(text); at != nil {
			t.Errorf("%s: %q", x.Path, squeeze(text[max(0, at[0]-60):min(len(text), at[1]+40)]))
		}
	}
	if got := b.get("/verbatims").Find("h1").Text(); got == "" {
		t.Error("no page")
	}
}
