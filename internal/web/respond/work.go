package respond

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"math/bits"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/survey"
)

// toil asks a browser for a little work before it opens a response from a public link: a number which, behind the task it was
// given, has a hash that begins with so many zero bits. Who has no script waits instead. Each task serves once.
type toil struct {
	bits int
	now  func() time.Time
	key  [32]byte

	mu    sync.Mutex
	spent map[string]time.Time
}

const (
	toilField  = "work"
	toilAnswer = "worked"
	toilWait   = 20 * time.Second   // of who has no script
	toilLasts  = 7 * 24 * time.Hour // a page left open, an answer sent when the network is back
	toilMost   = 24                 // bits: beyond, a phone never ends
)

func newToil(n int, now func() time.Time) *toil {
	t := &toil{bits: min(n, toilMost), now: now, spent: map[string]time.Time{}}
	rand.Read(t.key[:])
	return t
}

// task gives a new one; "" when none is asked.
func (t *toil) task() string {
	if t.bits <= 0 {
		return ""
	}
	var b [16]byte
	rand.Read(b[8:])
	binary.BigEndian.PutUint64(b[:8], uint64(t.now().Unix()))
	return base64.RawURLEncoding.EncodeToString(append(b[:], t.sign(b[:])...))
}

func (t *toil) sign(b []byte) []byte {
	h := hmac.New(sha256.New, t.key[:])
	h.Write(b)
	return h.Sum(nil)[:16]
}

// begun gives when a task was given, false when it is none of ours or too old.
func (t *toil) begun(task string) (time.Time, bool) {
	b, err := base64.RawURLEncoding.DecodeString(task)
	if err != nil || len(b) != 32 || !hmac.Equal(b[16:], t.sign(b[:16])) {
		return time.Time{}, false
	}
	at := time.Unix(int64(binary.BigEndian.Uint64(b[:8])), 0)
	return at, t.now().Sub(at) < toilLasts
}

// done tells whether a form did its task; wait is how long it still has to, 0 when its task is none.
func (t *toil) done(form url.Values) (ok bool, wait time.Duration) {
	if t.bits <= 0 {
		return true, 0
	}
	task := form.Get(toilField)
	at, ours := t.begun(task)
	if !ours {
		return false, 0
	}
	if left := toilWait - t.now().Sub(at); left > 0 && zeros(task, form.Get(toilAnswer)) < t.bits {
		return false, left
	}
	return t.spend(task), 0
}

// spend tells whether a task is used for the first time.
func (t *toil) spend(task string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	for old, at := range t.spent {
		if now.Sub(at) > toilLasts {
			delete(t.spent, old)
		}
	}
	if _, used := t.spent[task]; used {
		return false
	}
	t.spent[task] = now
	return true
}

// zeros counts the zero bits that the hash of an answer to a task begins with.
func zeros(task, answer string) int {
	if answer == "" || len(answer) > 20 || strings.ContainsAny(answer, " .") {
		return 0
	}
	h := sha256.Sum256([]byte(task + "." + answer))
	n := 0
	for _, b := range h {
		n += bits.LeadingZeros8(b)
		if b != 0 {
			break
		}
	}
	return n
}

// passes lets a form open a response: its task done, and not more than may come from one address.
func (s *Server) passes(r *http.Request) error {
	ok, wait := s.toil.done(r.PostForm)
	switch {
	case !ok && wait > 0:
		return cx.Fail(cx.Invalid, toilField, "respond.work.wait", "count", int(wait.Seconds())+1)
	case !ok:
		return cx.Fail(cx.Invalid, toilField, "respond.work.again")
	}
	return s.door.pass(s.address(r))
}

// askWork shows the first screen again, with what was answered and why it was not sent. A task that may still be done
// stays the same: its time runs.
func (s *Server) askWork(w http.ResponseWriter, r *http.Request, v *survey.Version, why error) error {
	p, err := s.newBegin(r, v, survey.State{Answers: answersOf(&v.Definition, r.PostForm)})
	if err != nil {
		return err
	}
	if e, is := errors.AsType[*cx.Error](why); is && e.Code == "respond.work.wait" {
		p.Task = r.PostForm.Get(toilField)
	}
	p.Chosen, p.Notice = false, p.L.Error(why)
	return s.showStep(w, r, http.StatusUnprocessableEntity, p)
}
