package media

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/record/recordtest"
)

const (
	s3Key    = "AKIATEST"
	s3Secret = "a secret between the two"
	s3Region = "eu-west-3"
)

// bucket speaks the protocol of object stores: signed requests (Signature Version 4), bodies in signed pieces, parts of an
// object, lists.
type bucket struct {
	t  *testing.T
	mu sync.Mutex
	by map[string][]byte
}

func (b *bucket) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !signed(r) {
		answer(w, http.StatusForbidden, "SignatureDoesNotMatch")
		return
	}
	key, ok := strings.CutPrefix(r.URL.Path, "/files/")
	if !ok {
		answer(w, http.StatusNotFound, "NoSuchBucket")
		return
	}
	switch {
	case key == "" && r.Method == "GET":
		b.list(w, r.URL.Query().Get("prefix"))
	case r.Method == "PUT":
		body, err := pieces(r)
		if err != nil {
			b.t.Error(err)
		}
		b.by[key] = body
		w.Header().Set("ETag", fmt.Sprintf(`"%x"`, md5.Sum(body)))
	case r.Method == "DELETE":
		delete(b.by, key)
		w.WriteHeader(http.StatusNoContent)
	default:
		body, there := b.by[key]
		if !there {
			answer(w, http.StatusNotFound, "NoSuchKey")
			return
		}
		w.Header().Set("ETag", fmt.Sprintf(`"%x"`, md5.Sum(body)))
		http.ServeContent(w, r, "", time.Unix(1_700_000_000, 0), bytes.NewReader(body))
	}
}

func answer(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	fmt.Fprintf(w, "<Error><Code>%s</Code></Error>", code)
}

func (b *bucket) list(w http.ResponseWriter, prefix string) {
	type object struct{ Key string }
	var out struct {
		XMLName  xml.Name `xml:"ListBucketResult"`
		Contents []object
	}
	for k := range b.by {
		if strings.HasPrefix(k, prefix) {
			out.Contents = append(out.Contents, object{k})
		}
	}
	slices.SortFunc(out.Contents, func(a, b object) int { return strings.Compare(a.Key, b.Key) })
	w.Header().Set("Content-Type", "application/xml")
	_ = xml.NewEncoder(w).Encode(out)
}

// pieces reads a body sent in signed pieces, or as it is.
func pieces(r *http.Request) ([]byte, error) {
	if !strings.HasPrefix(r.Header.Get("X-Amz-Content-Sha256"), "STREAMING-") {
		return io.ReadAll(r.Body)
	}
	var out []byte
	for in := bufio.NewReader(r.Body); ; {
		head, err := in.ReadString('\n')
		if err != nil {
			return nil, err
		}
		size, _, _ := strings.Cut(strings.TrimSpace(head), ";")
		n, err := strconv.ParseInt(size, 16, 64)
		if err != nil || n == 0 {
			return out, err
		}
		piece := make([]byte, n+2)
		if _, err := io.ReadFull(in, piece); err != nil {
			return nil, err
		}
		out = append(out, piece[:n]...)
	}
}

// signed works the signature of a request out again (AWS Signature Version 4).
func signed(r *http.Request) bool {
	fields := map[string]string{}
	algorithm, rest, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	for _, f := range strings.Split(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(f), "=")
		fields[name] = value
	}
	scope := strings.Split(fields["Credential"], "/")
	if algorithm != "AWS4-HMAC-SHA256" || len(scope) != 5 || scope[0] != s3Key || scope[2] != s3Region || scope[3] != "s3" {
		return false
	}
	var headers strings.Builder
	for _, name := range strings.Split(fields["SignedHeaders"], ";") {
		value := r.Header.Get(name)
		switch name {
		case "host":
			value = r.Host
		case "content-length":
			value = strconv.FormatInt(r.ContentLength, 10)
		}
		fmt.Fprintf(&headers, "%s:%s\n", name, strings.TrimSpace(value))
	}
	canonical := strings.Join([]string{r.Method, r.URL.EscapedPath(), strings.ReplaceAll(r.URL.Query().Encode(), "+", "%20"), headers.String(), fields["SignedHeaders"], r.Header.Get("X-Amz-Content-Sha256")}, "\n")
	sum := sha256.Sum256([]byte(canonical))
	text := strings.Join([]string{algorithm, r.Header.Get("X-Amz-Date"), strings.Join(scope[1:], "/"), hex.EncodeToString(sum[:])}, "\n")
	key := []byte("AWS4" + s3Secret)
	for _, part := range append(scope[1:], text) {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(part))
		key = h.Sum(nil)
	}
	return hex.EncodeToString(key) == fields["Signature"]
}

func objectStore(t *testing.T) (b *bucket, address string) {
	t.Helper()
	b = &bucket{t: t, by: map[string][]byte{}}
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	return b, "s3://files/vigie?" + url.Values{"endpoint": {server.URL}, "region": {s3Region}}.Encode()
}

// The two kinds of blobs behave alike.
func TestBlobsAreKeptWhereverTheyAre(t *testing.T) {
	_, address := objectStore(t)
	objects, err := NewS3(address, s3Key, s3Secret)
	if err != nil {
		t.Fatal(err)
	}
	for name, blobs := range map[string]Blobs{"folder": Folder(t.TempDir()), "object store": objects} {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			content := bytes.Repeat([]byte("0123456789"), 50_000)
			if err := blobs.Put(ctx, "abc", bytes.NewReader(content), int64(len(content)), "text/plain"); err != nil {
				t.Fatal(err)
			}
			if err := blobs.Put(ctx, "abc.small", strings.NewReader("small"), 5, "text/plain"); err != nil {
				t.Fatal(err)
			}
			r, err := blobs.Open(ctx, "abc")
			if err != nil {
				t.Fatal(err)
			}
			if size, err := r.Seek(0, io.SeekEnd); err != nil || size != int64(len(content)) {
				t.Errorf("%d %v", size, err)
			}
			if _, err := r.Seek(123_457, io.SeekStart); err != nil {
				t.Fatal(err)
			}
			part := make([]byte, 5)
			if _, err := io.ReadFull(r, part); err != nil || string(part) != "78901" {
				t.Errorf("%q %v", part, err)
			}
			r.Close()
			var keys []string
			if err := blobs.Keys(ctx, func(k string) error { keys = append(keys, k); return nil }); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff([]string{"abc", "abc.small"}, keys); d != "" {
				t.Error(d)
			}
			for range 2 {
				if err := blobs.Delete(ctx, "abc"); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := blobs.Open(ctx, "abc"); cx.KindOf(err) != cx.NotFound {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestFilesLiveInAnObjectStore(t *testing.T) {
	b, address := objectStore(t)
	w := open(t, recordtest.SQLite(t), Config{})
	var err error
	if w.d.Blobs, err = NewS3(address, s3Key, s3Secret); err != nil {
		t.Fatal(err)
	}
	m := w.put(jpegWith(t, 6), Upload{Name: "a.jpg"})
	if len(b.by) != 1 || b.by["vigie/"+string(m.ID)] == nil || w.files() != 0 {
		t.Errorf("%d objects, %d files", len(b.by), w.files())
	}
	if bytes.Contains(b.by["vigie/"+string(m.ID)], []byte(secret)) {
		t.Error("the object tells where it was made")
	}
	if err := w.Drop(t.Context(), m.ID); err != nil || len(b.by) != 0 {
		t.Errorf("%d objects, %v", len(b.by), err)
	}
}

func TestAStoreThatCannotBeReachedKeepsNothing(t *testing.T) {
	b, address := objectStore(t)
	w := open(t, recordtest.SQLite(t), Config{})
	var err error
	if w.d.Blobs, err = NewS3(address, s3Key, "another secret"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Put(t.Context(), strings.NewReader("words"), Upload{}); cx.KindOf(err) != cx.Unavailable || len(b.by) != 0 {
		t.Errorf("%d objects, %v", len(b.by), err)
	}
}

func TestAddressesOfObjectStores(t *testing.T) {
	for address, good := range map[string]bool{
		"s3://files": true, "s3://files/a/b?endpoint=https://minio.example.org:9000&region=x": true,
		"https://files": false, "s3://": false, "s3://me:secret@files": false, "s3://files?endpoint=minio": false, "s3://files?endpoint=https://x/path": false,
	} {
		if _, err := NewS3(address, "k", "s"); (err == nil) != good {
			t.Errorf("%s: %v", address, err)
		}
	}
	if _, err := NewS3("s3://files", "", ""); cx.KindOf(err) != cx.Invalid {
		t.Errorf("%v", err)
	}
}
