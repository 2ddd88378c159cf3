// Command assets builds what the browser gets: from the sources in assets/ and the packages of its npm lock into
// assets/dist, with hashed names, compressed copies and a manifest. make runs it; the program never does.
package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/evanw/esbuild/pkg/api"
)

func main() {
	dir := "assets"
	if len(os.Args) > 1 {
		dir = os.Args[1]
	}
	if err := build(dir); err != nil {
		fmt.Fprintln(os.Stderr, "assets:", err)
		os.Exit(1)
	}
}

// output is one file of dist before it has its hashed name.
type output struct {
	name     string // "app.css"
	body     []byte
	compress bool
}

func build(dir string) error {
	font, err := os.ReadFile(filepath.Join(dir, "node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2"))
	if err != nil {
		return fmt.Errorf("npm packages are missing, run make: %w", err)
	}
	inter := output{name: "inter.woff2", body: font}
	css, err := styles(dir, "app.css", "index.css", hashedName(inter))
	if err != nil {
		return err
	}
	plain, err := styles(dir, "respond.css", "respond.css", hashedName(inter))
	if err != nil {
		return err
	}
	icon, err := os.ReadFile(filepath.Join(dir, "icon.svg"))
	if err != nil {
		return err
	}
	drawn, err := bitmaps()
	if err != nil {
		return err
	}
	outs := append(drawn, inter, css, plain, output{name: "icon.svg", body: icon})
	for _, entry := range []script{{"app.js", api.ES2020, true}, {"chart.js", api.ES2020, true}, {"respond.js", api.ES2020, true}, {"w.js", api.ES2020, true}, {"kiosk.js", api.ES2020, true}, {"sw.js", api.ES2020, false}, {"ssr.js", api.ES2015, false}} {
		js, err := entry.bundle(dir)
		if err != nil {
			return err
		}
		outs = append(outs, js)
	}
	dist := filepath.Join(dir, "dist")
	if err := write(dist, outs); err != nil {
		return err
	}
	return icons(dir, filepath.Join(dist, "icons"))
}

// icons copies those icons.txt names, one a line, from the package into a folder.
func icons(dir, to string) error {
	names, err := os.ReadFile(filepath.Join(dir, "icons.txt"))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	for name := range strings.FieldsSeq(string(names)) {
		svg, err := os.ReadFile(filepath.Join(dir, "node_modules/lucide-static/icons", name+".svg"))
		if err != nil {
			return fmt.Errorf("icons.txt names %q: %w", name, err)
		}
		if err := os.WriteFile(filepath.Join(to, name+".svg"), svg, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// styles joins the style sheets that index imports into one of that name. The dark tokens are written once and served twice,
// chosen and preferred; paper is always light.
func styles(dir, name, index, fontName string) (output, error) {
	dark, err := os.ReadFile(filepath.Join(dir, "css/dark.css"))
	if err != nil {
		return output{}, err
	}
	preferred := strings.Replace(string(dark), ":root[data-theme=dark]", ":root:not([data-theme=light])", 1)
	entry := "@import './" + index + "';\n@media screen{" + string(dark) + "}\n@media screen and (prefers-color-scheme:dark){" + preferred + "}\n"
	r := api.Build(api.BuildOptions{
		Stdin:         &api.StdinOptions{Contents: entry, ResolveDir: filepath.Join(dir, "css"), Loader: api.LoaderCSS},
		Bundle:        true,
		Write:         false,
		External:      []string{"*.woff2"},
		LegalComments: api.LegalCommentsNone,
		Engines:       []api.Engine{{Name: api.EngineChrome, Version: "100"}, {Name: api.EngineSafari, Version: "15"}, {Name: api.EngineFirefox, Version: "100"}},

		MinifyWhitespace: true,
		MinifySyntax:     true,
	})
	if err := failure(r); err != nil {
		return output{}, err
	}
	body := bytes.ReplaceAll(r.OutputFiles[0].Contents, []byte("inter.woff2"), []byte(fontName))
	return output{name: name, body: body, compress: true}, nil
}

// shadowTokens gives the few tokens that a part on somebody else's site draws itself with, as strings of JavaScript.
func shadowTokens(dir string) (light, dark string, err error) {
	pick := func(file string) (string, error) {
		css, err := os.ReadFile(filepath.Join(dir, "css", file))
		if err != nil {
			return "", err
		}
		var b strings.Builder
		for _, name := range []string{"accent", "on-accent", "surface", "ink", "ink-2", "line-strong", "bad", "shadow-up"} {
			_, after, found := strings.Cut(string(css), "--"+name+":")
			if !found {
				return "", fmt.Errorf("%s has no --%s", file, name)
			}
			fmt.Fprintf(&b, "--%s:%s;", name, after[:strings.IndexAny(after, ";\n}")])
		}
		quoted, err := json.Marshal(b.String())
		return string(quoted), err
	}
	if light, err = pick("tokens.css"); err != nil {
		return "", "", err
	}
	dark, err = pick("dark.css")
	return light, dark, err
}

// script is an entry of assets/js.
type script struct {
	name     string
	target   api.Target
	compress bool
}

func (s script) bundle(dir string) (output, error) {
	light, dark, err := shadowTokens(dir)
	if err != nil {
		return output{}, err
	}
	r := api.Build(api.BuildOptions{
		EntryPoints:       []string{filepath.Join(dir, "js", s.name)},
		Bundle:            true,
		Write:             false,
		Format:            api.FormatIIFE,
		Target:            s.target,
		Charset:           api.CharsetUTF8,
		MinifyWhitespace:  true,
		MinifySyntax:      true,
		MinifyIdentifiers: true,
		TreeShaking:       api.TreeShakingTrue,
		LegalComments:     api.LegalCommentsNone,
		Define:            map[string]string{"process.env.NODE_ENV": `"production"`, "LIGHT": light, "DARK": dark},
	})
	if err := failure(r); err != nil {
		return output{}, err
	}
	return output{name: s.name, body: r.OutputFiles[0].Contents, compress: s.compress}, nil
}

func failure(r api.BuildResult) error {
	if len(r.Errors) == 0 {
		return nil
	}
	return fmt.Errorf("%s", strings.Join(api.FormatMessages(r.Errors, api.FormatMessagesOptions{}), "\n"))
}

func hashedName(o output) string {
	sum := sha256.Sum256(o.body)
	ext := path.Ext(o.name)
	return strings.TrimSuffix(o.name, ext) + "." + hex.EncodeToString(sum[:5]) + ext
}

// write replaces dist, keeping its .keep, by the outputs and the manifest name → hashed name.
func write(dist string, outs []output) error {
	if err := empty(dist); err != nil {
		return err
	}
	manifest := map[string]string{}
	for _, o := range outs {
		name := hashedName(o)
		manifest[o.name] = name
		if err := writeAll(filepath.Join(dist, name), o); err != nil {
			return err
		}
	}
	b, err := json.MarshalIndent(manifest, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dist, "manifest.json"), append(b, '\n'), 0o644)
}

func empty(dist string) error {
	if err := os.MkdirAll(dist, 0o755); err != nil {
		return err
	}
	entries, err := os.ReadDir(dist)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() == ".keep" {
			continue
		}
		if err := os.RemoveAll(filepath.Join(dist, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

func writeAll(name string, o output) error {
	if err := os.WriteFile(name, o.body, 0o644); err != nil {
		return err
	}
	if !o.compress {
		return nil
	}
	var gz, br bytes.Buffer
	zw, err := gzip.NewWriterLevel(&gz, gzip.BestCompression)
	if err != nil {
		return err
	}
	bw := brotli.NewWriterLevel(&br, brotli.BestCompression)
	for _, w := range []interface {
		Write([]byte) (int, error)
		Close() error
	}{zw, bw} {
		if _, err := w.Write(o.body); err != nil {
			return err
		}
		if err := w.Close(); err != nil {
			return err
		}
	}
	fmt.Printf("%-12s %7d bytes, %6d gzip, %6d brotli\n", o.name, len(o.body), gz.Len(), br.Len())
	if err := os.WriteFile(name+".gz", gz.Bytes(), 0o644); err != nil {
		return err
	}
	return os.WriteFile(name+".br", br.Bytes(), 0o644)
}
