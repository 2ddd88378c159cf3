package respond

import (
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"vigie/internal/cx"
)

// turnstile bounds how many responses one address opens in an hour. It forgets everything each hour, and nothing of it
// is written anywhere.
type turnstile struct {
	most int
	now  func() time.Time

	mu   sync.Mutex
	hour time.Time
	seen map[string]int
}

func newTurnstile(most int, now func() time.Time) *turnstile {
	return &turnstile{most: most, now: now, seen: map[string]int{}}
}

func (t *turnstile) pass(address string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if hour := t.now().Truncate(time.Hour); !hour.Equal(t.hour) {
		t.hour = hour
		clear(t.seen)
	}
	t.seen[address]++
	if t.seen[address] > t.most {
		return cx.Fail(cx.TooMany, "", "respond.many.text")
	}
	return nil
}

// address of who asks: a whole IPv6 network of 64 bits is one.
func (s *Server) address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	if s.d.Behind {
		l := strings.Split(r.Header.Get("X-Forwarded-For"), ",")
		if last := strings.TrimSpace(l[len(l)-1]); last != "" {
			host = last
		}
	}
	if ip := net.ParseIP(host); ip != nil && ip.To4() == nil {
		return ip.Mask(net.CIDRMask(64, 128)).String()
	}
	return host
}
