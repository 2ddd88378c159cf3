package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const (
	// crawlEach pages are opened of one route, and one of each kind of query to it; crawlMost by one role.
	crawlEach = 2
	crawlMost = 100
)

// crawler follows the links of one role from page to page.
type crawler struct {
	t      *testing.T
	b      *browser
	routes *http.ServeMux
	opened map[string]int    // by route and kind of query
	from   map[string]string // the page that led to an address
	next   []string
}

// TestEveryLinkLeadsSomewhere opens, as each role, what its pages lead to: nobody is led to what is missing, denied or
// broken, nor shown the name of a message.
func TestEveryLinkLeadsSomewhere(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	r.two()
	routes := http.NewServeMux()
	for _, x := range r.server.Routes() {
		if x.Method == "GET" {
			routes.Handle("GET "+x.Path, http.NotFoundHandler())
		}
	}
	for role, b := range r.who() {
		if role == "" {
			continue
		}
		t.Run(string(role), func(t *testing.T) {
			c := &crawler{t: t, b: b, routes: routes, opened: map[string]int{}, from: map[string]string{}}
			for _, lang := range []string{"fr", "en"} {
				c.follow("/?lang="+lang, "")
			}
			for n := 0; len(c.next) > 0 && n < crawlMost; n++ {
				at := c.next[0]
				c.next = c.next[1:]
				c.open(at)
			}
			t.Logf("%d addresses opened", len(c.from)-len(c.next))
			if len(c.from) < 15 {
				t.Errorf("%d addresses were found", len(c.from))
			}
		})
	}
}

// leave are addresses that are no page to follow: a stream, and what changes who is signed in or how it looks.
var leave = regexp.MustCompile(`^/(live|signout|assets/|static/)`)

// follow keeps an address to be opened, unless enough of its kind were.
func (c *crawler) follow(at, from string) {
	u, err := url.Parse(at)
	if err != nil {
		c.t.Errorf("%s leads to %q: %v", from, at, err)
		return
	}
	if base, err := url.Parse(from); err == nil {
		u = base.ResolveReference(u)
	}
	if u.Host != "" || u.Scheme != "" && !strings.HasPrefix(u.Scheme, "http") || leave.MatchString(u.Path) {
		return
	}
	u.Fragment = ""
	at = u.RequestURI()
	if _, met := c.from[at]; met {
		return
	}
	_, pattern := c.routes.Handler(&http.Request{Method: "GET", URL: u})
	if c.kind(u, pattern) {
		c.from[at] = from
		c.next = append(c.next, at)
	}
}

// kind counts an address among those of its route with the same names in the query, and tells whether it is to be opened.
func (c *crawler) kind(u *url.URL, pattern string) bool {
	var names []string
	for name := range u.Query() {
		names = append(names, name)
	}
	slices.Sort(names)
	k := pattern + "?" + strings.Join(names, "&")
	if pattern == "" {
		k = u.Path
	}
	c.opened[k]++
	return c.opened[k] == 1 || len(names) == 0 && c.opened[k] <= crawlEach
}

// idLike is the name of a message, or of something in the code, shown instead of words.
var idLike = regexp.MustCompile(`^[a-z_]+(\.[a-z_]+)+$`)

func (c *crawler) open(at string) {
	p := c.b.get(at)
	for again := 0; p.status == http.StatusServiceUnavailable && again < 5; again++ { // figures queue: a slow machine says so
		p = c.b.get(at)
	}
	if p.status >= 400 {
		c.t.Errorf("%s leads to %s: %d %.120s", c.from[at], at, p.status, squeeze(p.Find("main").Text()))
		return
	}
	if !strings.HasPrefix(p.header.Get("Content-Type"), "text/html") || p.header.Get("Content-Disposition") != "" {
		return
	}
	if i := strings.Index(p.body, "⟨"); i >= 0 {
		c.t.Errorf("%s: a word is missing: %.80s", at, p.body[i:])
	}
	p.Find("td, th, dt, dd, h1, h2, h3, a, label, button, option, legend, li").Each(func(_ int, s *selection) {
		if text := squeeze(s.Text()); s.Children().Length() == 0 && idLike.MatchString(text) && !strings.HasSuffix(text, ".csv") {
			c.t.Errorf("%s shows the name of a thing: %s", at, text)
		}
	})
	p.Find("a[href]").Each(func(_ int, s *selection) { c.follow(s.AttrOr("href", ""), at) })
	p.Find("img[src]").Each(func(_ int, s *selection) { c.follow(s.AttrOr("src", ""), at) })
	p.Find(`form[action]:not([method=post])`).Each(func(_ int, s *selection) {
		if strings.ToLower(s.AttrOr("method", "get")) == "get" {
			c.follow(s.AttrOr("action", ""), at)
		}
	})
}
