// Command shots takes pictures of pages of a running Vigie on this machine, for people to look at: each page at 360 and
// 1440 px, in French and English, light and dark.
//
//	go run ./tools/shots -enter http://127.0.0.1:8080/enter/TOKEN -out DIR / /verbatims
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

func main() {
	enter := flag.String("enter", "", "address that signs in")
	out := flag.String("out", "shots", "folder of the pictures")
	sizes := flag.String("sizes", "360,1440", "widths")
	langs := flag.String("langs", "fr,en", "languages")
	themes := flag.String("themes", "light,dark", "themes")
	flag.Parse()
	if err := run(*enter, *out, strings.Split(*sizes, ","), strings.Split(*langs, ","), strings.Split(*themes, ",")); err != nil {
		log.Fatal(err)
	}
}

func run(enter, out string, sizes, langs, themes []string) error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	profile, err := os.MkdirTemp("", "shots-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(profile)
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(profile),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx)
	defer cancel()
	base, err := url.Parse(enter)
	if err != nil {
		return err
	}
	const submit = `document.querySelector('form[action^="/enter"] button')?.click()`
	if err := chromedp.Do(ctx, chromedp.Navigate(enter)); err != nil {
		return err
	}
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[any](submit)); err != nil {
		return err
	}
	if err := chromedp.Do(ctx, chromedp.WaitReady(chromedp.CSS("nav.rail"))); err != nil {
		return err
	}
	for _, page := range flag.Args() {
		for _, size := range sizes {
			for _, lang := range langs {
				for _, theme := range themes {
					name := strings.Trim(strings.NewReplacer("/", "_", "?", "_", "&", "_", "=", "-").Replace(page), "_")
					file := filepath.Join(out, fmt.Sprintf("%s-%s-%s-%s.png", "page"+name, size, lang, theme))
					if err := shoot(ctx, base.Scheme+"://"+base.Host+page, file, size, lang, theme); err != nil {
						return fmt.Errorf("%s: %w", page, err)
					}
				}
			}
		}
	}
	return nil
}

func shoot(ctx context.Context, address, file, size, lang, theme string) error {
	var width int64
	if _, err := fmt.Sscan(size, &width); err != nil {
		return err
	}
	sep := "?"
	if strings.Contains(address, "?") {
		sep = "&"
	}
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}, {Name: "prefers-reduced-motion", Value: "reduce"}}}
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, media); err != nil {
		return err
	}
	err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900), chromedp.Navigate(address+sep+"lang="+lang),
		chromedp.WaitReady(chromedp.CSS("main")), chromedp.Sleep(500*time.Millisecond))
	if err != nil {
		return err
	}
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		return err
	}
	return os.WriteFile(file, png, 0o644)
}
