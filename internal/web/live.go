package web

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"vigie/internal/cx"
	"vigie/internal/record"
)

// liveEvent is the one event of the stream: figures moved. Its id is the position they have come to.
const liveEvent = "changed"

// LiveConfig of the stream of events.
type LiveConfig struct {
	Gap       time.Duration // between two events at least; 0 is 250 ms
	Heartbeat time.Duration // between two signs of life, and two looks at the session; 0 is 15 s
	Patience  time.Duration // a browser that takes no byte for so long is dropped; 0 is 5 s
	Streams   int           // at once at most; 0 is 5,000
	Deadline  time.Duration // how long one block of a page may take, the others are shown without it; 0 is 8 s
	Blocks    time.Duration // how long a home page waits for its blocks, before they come by themselves; 0 is 1.5 s
}

func (c LiveConfig) orDefaults() LiveConfig {
	for _, d := range []struct {
		v *time.Duration
		o time.Duration
	}{{&c.Gap, 250 * time.Millisecond}, {&c.Heartbeat, 15 * time.Second}, {&c.Patience, 5 * time.Second}, {&c.Deadline, 8 * time.Second}, {&c.Blocks, 1500 * time.Millisecond}} {
		if *d.v == 0 {
			*d.v = d.o
		}
	}
	if c.Streams == 0 {
		c.Streams = 5000
	}
	return c
}

// Stop ends the streams, so that the HTTP server can shut down. Idempotent.
func (s *Server) Stop() { s.stopOnce.Do(func() { close(s.stopping) }) }

// serveLive tells a page that figures moved, at once after a move and never more often than Gap. A browser that comes back
// says the last position it saw and hears at once whether there is something newer.
func (s *Server) serveLive(w http.ResponseWriter, r *http.Request, v *visit) error {
	if n := s.streams.Add(1); n > int64(s.Live.Streams) {
		s.streams.Add(-1)
		return cx.Fail(cx.Unavailable, "", "web.unavailable.text")
	}
	defer s.streams.Add(-1)
	st := &stream{w: w, c: http.NewResponseController(w), patience: s.Live.Patience}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no")
	if err := st.send("retry: 2000\n\n"); err != nil {
		return nil // the browser has gone
	}
	seen := s.Insight.Position()
	if err := seen.UnmarshalText([]byte(lastSeen(r, seen))); err != nil {
		seen = s.Insight.Position()
	}
	if err := s.follow(r, st, seen); err != nil && !errors.Is(err, errGone) {
		s.log.Debug("stream ended", "err", err)
	}
	return nil
}

func lastSeen(r *http.Request, now record.Position) string {
	if p := r.Header.Get("Last-Event-ID"); p != "" {
		return p
	}
	if all := r.URL.Query()["after"]; len(all) > 0 { // the page's own, then what its script saw since
		return all[len(all)-1]
	}
	return now.String()
}

// errGone ends a stream that nobody reads, or whose reader may no more.
var errGone = errors.New("stream over")

func (s *Server) follow(r *http.Request, st *stream, seen record.Position) error {
	beat := time.NewTicker(s.Live.Heartbeat)
	defer beat.Stop()
	for {
		moved := s.Insight.Moved()
		if at := s.Insight.Position(); at != seen {
			seen = at
			if err := st.send(fmt.Sprintf("event: %s\nid: %s\ndata: %s\n\n", liveEvent, at, at)); err != nil {
				return err
			}
			if err := s.pause(r, s.Live.Gap); err != nil {
				return err
			}
			continue
		}
		select {
		case <-r.Context().Done():
			return errGone
		case <-s.stopping:
			return errGone
		case <-moved:
		case <-beat.C:
			if err := s.stillWelcome(r); err != nil {
				return err
			}
			if err := st.send(": here\n\n"); err != nil {
				return err
			}
		}
	}
}

func (s *Server) pause(r *http.Request, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-r.Context().Done():
	case <-s.stopping:
	}
	return errGone
}

// stillWelcome ends the stream of who was shut out meanwhile.
func (s *Server) stillWelcome(r *http.Request) error {
	u, err := s.People.UserOf(r.Context(), s.sessions.GetInt64(r.Context(), sessionIn))
	if cx.KindOf(err) == cx.NotFound && err != nil {
		return errGone
	}
	if err != nil {
		return err
	}
	if u.Stamp != s.sessions.GetString(r.Context(), sessionStamp) {
		return errGone
	}
	return nil
}

// stream writes events to one browser.
type stream struct {
	w        http.ResponseWriter
	c        *http.ResponseController
	patience time.Duration
}

func (s *stream) send(text string) error {
	if err := s.c.SetWriteDeadline(time.Now().Add(s.patience)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if _, err := s.w.Write([]byte(text)); err != nil {
		return err
	}
	return s.c.Flush()
}
