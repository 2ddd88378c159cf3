package web_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// offline takes the network away from a tab, or gives it back.
func (x *tab) offline(away bool) {
	x.t.Helper()
	at := network.OverrideNetworkStateParams{Offline: away, DownloadThroughput: -1, UploadThroughput: -1}
	conditions := cdp.Command[network.OverrideNetworkStateParams, cdp.Empty]{Method: "Network.emulateNetworkConditions"} // of browsers of any year
	if _, err := chromedp.Call(x.ctx, conditions, at); err != nil {
		x.t.Fatal(err)
	}
}

// words counts the responses that hold a text.
func (r *rig) words(text string) (n int) {
	r.t.Helper()
	if err := r.DB.QueryRow(context.Background(), `SELECT count(*) FROM response WHERE said LIKE ?`, "%"+text+"%").Scan(&n); err != nil {
		r.t.Fatal(err)
	}
	return n
}

func TestAnswersWaitInTheBrowserUntilTheNetworkIsBack(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.surveys("contact")
	x := newTab(t, chromium(t))
	x.shown(360, "light")
	x.open(r.http.URL + "/q/contact?lang=fr")
	const kept = `!document.querySelector('[data-kept]').hidden && localStorage.getItem('vigie.kept')`
	x.offline(true)
	says[bool](x, `(document.querySelector('input[name="a.csat"][value="2"]').checked = true, document.querySelector('form[data-survey]').requestSubmit(), true)`)
	x.when(kept)
	x.offline(false)
	x.when(`document.querySelector('input[name=at]')?.value === 'solved' && !localStorage.getItem('vigie.kept')`)
	r.heard(1)

	// In the middle, and the page is left before the network is back: the next page of a survey here sends it.
	x.offline(true)
	says[bool](x, `(document.querySelector('input[name="a.solved"][value="0"]').checked = true, document.querySelector('form[data-survey]').requestSubmit(), true)`)
	x.when(kept)
	x.do(chromedp.Navigate("about:blank"))
	x.offline(false)
	x.open(r.http.URL + "/q/contact?lang=fr")
	x.when(`!localStorage.getItem('vigie.kept')`)
	r.heard(1)
	if n := r.words(`"solved"`); n != 1 {
		t.Errorf("the second answer is there %d times", n)
	}
}

func TestAFirstScreenSentTwiceIsOneAnswer(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.surveys("contact")
	b := r.browser()
	post := func(drawn, score string) string {
		p := b.post("/q/contact?lang=fr", url.Values{"at": {"csat"}, "a.csat": {score}, "once": {drawn}})
		if p.status != http.StatusOK || !strings.HasPrefix(p.path, "/s/") {
			t.Fatalf("%d %s", p.status, p.path)
		}
		return p.path
	}
	const drawn = "aVeryLongDrawOfABrowser1"
	first := post(drawn, "4")
	if again := post(drawn, "4"); again != first {
		t.Error("the same screen sent again is another answer")
	}
	if other := post("aVeryLongDrawOfABrowser2", "4"); other == first {
		t.Error("another browser's draw is the same answer")
	}
	if short := post("short", "4"); short == post("short", "4") {
		t.Error("a draw that may be guessed names an answer")
	}
	if strings.Contains(first, drawn) {
		t.Error("the draw is the address")
	}
	r.heard(4)
}
