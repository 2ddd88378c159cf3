package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"math"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

// caller asks a server of the real program with a key.
type caller struct{ address, key string }

// administrator makes a key with every right; where is the place of the data.
func administrator(t testing.TB, where ...string) string {
	t.Helper()
	secret, _ := vigie(t, append([]string{"key", "add", "test", "--role", "administrator"}, where...)...)
	return strings.TrimSpace(secret)
}

func (c caller) ask(t testing.TB, method, path, body string) (*http.Response, []byte) {
	t.Helper()
	kind := "application/json"
	if strings.Contains(body, "}\n{") {
		kind = "application/x-ndjson"
	}
	r, err := http.NewRequestWithContext(t.Context(), method, c.address+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+c.key)
	r.Header.Set("Content-Type", kind)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, b
}

// must asks and reads the answer, which is a success.
func (c caller) must(t testing.TB, method, path, body string, into any) {
	t.Helper()
	r, b := c.ask(t, method, path, body)
	if r.StatusCode >= 300 {
		t.Fatalf("%s %s: %s %s", method, path, r.Status, b)
	}
	if into == nil {
		return
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatalf("%s %s: %v in %s", method, path, err, b)
	}
}

type figureRow struct {
	By    map[string]string
	N     int
	Value float64
}

// figures of an indicator by dimensions, once n answers are in them.
func (c caller) figures(t testing.TB, n int, indicator string, by ...string) []figureRow {
	t.Helper()
	question, err := json.Marshal(map[string]any{"indicator": indicator, "by": by})
	if err != nil {
		t.Fatal(err)
	}
	var got struct{ Rows []figureRow }
	sum := 0
	until(t, fmt.Sprintf("%d answers in %s (%d)", n, indicator, sum), func() bool {
		got.Rows, sum = nil, 0
		c.must(t, "POST", "/api/v1/query", string(question), &got)
		for _, r := range got.Rows {
			sum += r.N
		}
		return sum >= n
	})
	return got.Rows
}

// counts of figures, by their dimensions joined.
func counts(rows []figureRow, by ...string) map[string]int {
	out := map[string]int{}
	for _, r := range rows {
		var key []string
		for _, d := range by {
			key = append(key, r.By[d])
		}
		out[strings.Join(key, " ")] = r.N
	}
	return out
}

func TestAKeyAddedBesideAServerWorksAtOnce(t *testing.T) {
	t.Parallel()
	data := folder(t)
	s := serve(t, "--data", data)
	if r, _ := (caller{s.address, "nobody"}).ask(t, "GET", "/api/v1/units", ""); r.StatusCode != http.StatusUnauthorized {
		t.Fatalf("without a key: %s", r.Status)
	}
	c := caller{s.address, administrator(t, "--data", data)}
	c.must(t, "GET", "/api/v1/units", "", nil)
	vigie(t, "--data", data, "key", "revoke", "1")
	if r, _ := c.ask(t, "GET", "/api/v1/units", ""); r.StatusCode != http.StatusUnauthorized {
		t.Errorf("with a revoked key: %s", r.Status)
	}
}

func TestAUserAddedFromStandardInputSignsIn(t *testing.T) {
	t.Parallel()
	data := folder(t)
	const email, password = "claire@example.test", "une phrase assez longue 42"
	if _, diag, err := tryVigie(t, "short\n", "--data", data, "user", "add", email, "--role", "director"); err == nil || strings.Count(strings.TrimSpace(diag), "\n") > 0 {
		t.Errorf("a short password: %v %q", err, diag)
	}
	if _, diag, err := tryVigie(t, "", "--data", data, "user", "add", email, "--role", "director"); err == nil {
		t.Errorf("no password was taken: %q", diag)
	}
	s := serve(t, "--data", data)
	if out, diag, err := tryVigie(t, password+"\n", "--data", data, "user", "add", email, "--role", "director"); err != nil {
		t.Fatalf("%v %s%s", err, out, diag)
	}
	if got := signIn(t, s.address, email, "another phrase 4242"); got != http.StatusForbidden && got != http.StatusUnauthorized {
		t.Errorf("a wrong password: %d", got)
	}
	if got := signIn(t, s.address, email, password); got != http.StatusSeeOther {
		t.Errorf("the password: %d", got)
	}
}

func signIn(t testing.TB, address, email, password string) int {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	r, err := http.NewRequestWithContext(t.Context(), "POST", address+"/signin", strings.NewReader(url.Values{"email": {email}, "password": {password}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", address)
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}

// tally of an import, as --json prints it.
type tally struct {
	Rows, Accepted, Duplicates, Conflicts, Quarantined, Erased, Units int
	RejectedRows                                                      int `json:"rejected_rows"`
}

// guessed writes the map that vigie guesses of a file.
func guessed(t testing.TB, file string) string {
	t.Helper()
	out, _ := vigie(t, "import", file)
	path := filepath.Join(t.TempDir(), "map.yaml")
	if err := os.WriteFile(path, []byte(out), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func importing(t testing.TB, data, file, with string) tally {
	t.Helper()
	args := []string{"--data", data, "import", file, "--json"}
	if with != "" {
		args = append(args, "--map", with)
	}
	out, _ := vigie(t, args...)
	var got tally
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	return got
}

// table reads a file with encoding/csv alone: the rows by the names of their columns.
func table(t testing.TB, file string, separator rune) []map[string]string {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.FieldsPerRecord = separator, -1
	all, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, cells := range all[1:] {
		row := map[string]string{}
		for i, name := range all[0] {
			if i < len(cells) {
				row[name] = cells[i]
			}
		}
		out = append(out, row)
	}
	return out
}

// feelings counts the experiences by channel and feeling, from the file alone.
func feelings(t testing.TB, file string) map[string]int {
	t.Helper()
	channel := map[string]string{"Démarche en ligne": "web", "Compte ou espace personnel": "selfcare", "Accueil": "store", "Téléphone": "phone",
		"E-mail": "email", "Courrier": "mail", "Tchat (messagerie instantanée)": "chat", "Réseaux Sociaux": "social"}
	level := map[string]string{"Négatif": "1", "Neutre": "2", "Positif": "3"}
	want := map[string]int{}
	for _, row := range table(t, file, ',') {
		if level[row["Ressenti usager"]] == "" {
			continue
		}
		lived := ""
		for _, part := range strings.Split(row["Canaux Typologie 1"], ",") {
			if lived = channel[strings.TrimSpace(part)]; lived != "" {
				break
			}
		}
		want[lived+" "+level[row["Ressenti usager"]]]++
	}
	return want
}

func TestPublicServicesThroughTheProgramEqualAnIndependentCount(t *testing.T) {
	t.Parallel()
	plain, excel := shared(t, "services-publics-plus/experiences.csv"), shared(t, "services-publics-plus/experiences-excel-fr.csv")
	tree := shared(t, "services-publics-plus/structures.csv")
	want := feelings(t, plain)
	for _, first := range []string{plain, excel} {
		t.Run(filepath.Base(first), func(t *testing.T) {
			data := folder(t)
			s := serve(t, "--data", data)
			if got := importing(t, data, tree, guessed(t, tree)); got.Units != 14_763 {
				t.Errorf("structures: %+v", got)
			}
			if got := importing(t, data, first, guessed(t, first)); got != (tally{Rows: 400, Accepted: 400}) {
				t.Fatalf("first: %+v", got)
			}
			for _, again := range []string{plain, excel, workbook(t, plain)} {
				if got := importing(t, data, again, guessed(t, again)); got != (tally{Rows: 400, Duplicates: 400}) {
					t.Errorf("again, by the server, %s: %+v", filepath.Base(again), got)
				}
			}
			c := caller{s.address, administrator(t, "--data", data)}
			rows := c.figures(t, 400, "ressenti", "channel", "score")
			if d := cmp.Diff(want, counts(rows, "channel", "score")); d != "" {
				t.Error(d)
			}
			s.kill()
			if got := importing(t, data, excel, guessed(t, excel)); got != (tally{Rows: 400, Duplicates: 400}) {
				t.Errorf("again, without a server: %+v", got)
			}
		})
	}
}

// workbook writes the rows of a CSV file as text cells of an XLSX one.
func workbook(t testing.TB, file string) string {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	book := excelize.NewFile()
	defer book.Close()
	for i, cells := range all {
		if err := book.SetSheetRow("Sheet1", "A"+strconv.Itoa(i+1), &cells); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "experiences.xlsx")
	if err := book.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestStructuresAreUnitsOfTheServer(t *testing.T) {
	t.Parallel()
	file := shared(t, "services-publics-plus/structures.csv")
	data := folder(t)
	importing(t, data, file, guessed(t, file))
	s := serve(t, "--data", data)
	var got struct {
		Units []struct {
			Key, Parent string
			Name        map[string]string
		}
	}
	caller{s.address, administrator(t, "--data", data)}.must(t, "GET", "/api/v1/units", "", &got)
	want, mine := map[string]string{}, map[string]string{}
	for _, row := range table(t, file, ';') {
		want[strings.ToLower(row["\ufeff\"Code SP+ de la structure\""])] = strings.ToLower(row["Code SP+ structure parent"])
	}
	for _, u := range got.Units {
		mine[u.Key] = u.Parent
	}
	if len(got.Units) != 14_763 {
		t.Errorf("%d units", len(got.Units))
	}
	if d := cmp.Diff(want, mine); d != "" {
		t.Errorf("parents: %.2000s", d)
	}
}

func TestAirlineRatingsThroughTheProgramEqualAnIndependentComputation(t *testing.T) {
	t.Parallel()
	data := folder(t)
	total := 0
	type sums struct{ n, sum float64 }
	want := map[string]sums{}
	for name, rows := range map[string]int{"lounge": 2264, "seat": 1258} {
		file := shared(t, "skytrax/"+name+".csv")
		if got := importing(t, data, file, guessed(t, file)); got != (tally{Rows: rows, Accepted: rows}) {
			t.Errorf("%s: %+v", name, got)
		}
		if got := importing(t, data, file, guessed(t, file)); got != (tally{Rows: rows, Duplicates: rows}) {
			t.Errorf("%s again: %+v", name, got)
		}
		var x sums
		for _, row := range table(t, file, ',') {
			if v, err := strconv.ParseFloat(row["overall_rating"], 64); err == nil {
				x.n, x.sum = x.n+1, x.sum+v
			}
		}
		want[name] = x
		total += int(x.n)
	}
	s := serve(t, "--data", data)
	c := caller{s.address, administrator(t, "--data", data)}
	rows := c.figures(t, total, "overall-rating-0-10", "source")
	if len(rows) != 2 {
		t.Fatalf("%+v", rows)
	}
	for _, r := range rows {
		x := want[r.By["source"]]
		if float64(r.N) != x.n || math.Abs(r.Value-x.sum/x.n) > 1e-9 {
			t.Errorf("%s: %d answers, mean %v; want %v, %v", r.By["source"], r.N, r.Value, x.n, x.sum/x.n)
		}
	}
	if none := c.figures(t, 0, "nps"); len(none) > 0 && none[0].N > 0 {
		t.Errorf("a rating became an NPS: %+v", none)
	}
}

// edges are the files made to break readers; -short tries every third.
func edges(t testing.TB) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(shared(t, "edge"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			all = append(all, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if testing.Short() {
		some := all[:0]
		for i := 0; i < len(all); i += 3 {
			some = append(some, all[i])
		}
		all = some
	}
	return all
}

func TestHostileFilesAreImportedOrRefusedWithASentence(t *testing.T) {
	t.Parallel()
	data := folder(t)
	serve(t, "--data", data) // so that each import only crosses the socket
	var imported, refused atomic.Int64
	t.Run("files", func(t *testing.T) {
		for _, file := range edges(t) {
			t.Run(filepath.Base(file), func(t *testing.T) {
				t.Parallel()
				if hostile(t, data, file) {
					imported.Add(1)
				} else {
					refused.Add(1)
				}
			})
		}
	})
	t.Logf("%d imported, %d refused", imported.Load(), refused.Load())
	if imported.Load() == 0 || refused.Load() == 0 {
		t.Error("some are to be imported, and some refused")
	}
}

// hostile imports a file with the map guessed of it, and tells whether it was taken.
func hostile(t *testing.T, data, file string) bool {
	t.Helper()
	out, diag, err := tryVigie(t, "", "--data", data, "import", file)
	plain(t, file, out+diag, diag, err)
	if err != nil || !strings.Contains(out, "columns:") {
		return false
	}
	with := filepath.Join(t.TempDir(), "map.yaml")
	if err := os.WriteFile(with, []byte(out), 0o600); err != nil {
		t.Fatal(err)
	}
	out, diag, err = tryVigie(t, "", "--data", data, "import", file, "--map", with, "--json")
	plain(t, file+" with its map", out+diag, diag, err)
	if err != nil {
		return false
	}
	var got tally
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Errorf("%s: %v in %s", file, err, out)
	}
	if told := got.Accepted + got.Duplicates + got.Conflicts + got.Quarantined + got.Erased + got.RejectedRows; told != got.Rows {
		t.Errorf("%s: %d rows, %d told of: %+v", file, got.Rows, told, got)
	}
	return true
}

// plain holds that a command ended well, or with one line that is no machine's.
func plain(t *testing.T, what, all, diag string, err error) {
	t.Helper()
	for _, trace := range []string{"panic", "goroutine ", "runtime error", ".go:"} {
		if strings.Contains(all, trace) {
			t.Errorf("%s: %.800s", what, all)
			return
		}
	}
	if err == nil {
		return
	}
	line := strings.TrimSpace(diag)
	if !strings.HasPrefix(line, "vigie: ") || strings.Contains(line, "\n") || len(line) < 20 {
		t.Errorf("%s was refused without one clear sentence: %q", what, diag)
	}
	t.Logf("%s: %s", filepath.Base(what), line)
}

func TestHostileCellsArriveAsTheirAuthorsSay(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(shared(t, "edge/csv-spectrum-BSD2"), "csvs", "*.csv"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			expected := expectedCells(t, file)
			data := folder(t)
			if strings.HasSuffix(file, "_crlf.csv") {
				file = withCRLF(t, file)
			}
			if got := importing(t, data, file, everyCell(t, expected[0])); got.Accepted != got.Rows || got.Rows != len(expected) {
				t.Errorf("%+v, want %d", got, len(expected))
			}
			out, _ := vigie(t, "--data", data, "export")
			var got []map[string]string
			for line := range strings.Lines(out) {
				var f struct {
					Verbatims []struct{ Question, Text string }
				}
				if err := json.Unmarshal([]byte(line), &f); err != nil {
					t.Fatal(err)
				}
				row := map[string]string{}
				for _, v := range f.Verbatims {
					row[v.Question] = v.Text
				}
				got = append(got, row)
			}
			for _, row := range expected {
				for column, cell := range row {
					if cell == "" {
						delete(row, column) // no answer
					}
				}
			}
			if d := cmp.Diff(expected, got); d != "" {
				t.Error(d)
			}
		})
	}
}

// withCRLF gives a file back the line ends that it lost on its way here.
func withCRLF(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), filepath.Base(file))
	plain := strings.ReplaceAll(string(b), "\r\n", "\n")
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(plain, "\n", "\r\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func expectedCells(t *testing.T, file string) []map[string]string {
	t.Helper()
	name := strings.TrimSuffix(filepath.Base(file), ".csv") + ".json"
	b, err := os.ReadFile(filepath.Join(filepath.Dir(file), "..", "json", name))
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	if err := json.Unmarshal(b, &rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

// everyCell is a map that takes every column for a verbatim.
func everyCell(t *testing.T, row map[string]string) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("header_rows: 1\nseparator: \",\"\nsource: edge\nconstants: {at: \"2026-03-01\"}\ncolumns:\n")
	for column := range row {
		fmt.Fprintf(&b, "  - {column: %q, as: verbatim, question: %q}\n", column, column)
	}
	path := filepath.Join(t.TempDir(), "map.yaml")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
