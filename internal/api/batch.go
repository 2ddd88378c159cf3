package api

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"time"

	"vigie/internal/cx"
	"vigie/internal/lang"
	"vigie/internal/listen/collect"
)

const (
	// chunkLines are committed together.
	chunkLines = 1000
	// maxTold is the most lines told one by one; the counts stay exact.
	maxTold = 10_000
	// silence is how long a sender may say nothing in the middle of a batch.
	silence = time.Minute
)

// BatchResult counts what became of the lines of a batch. Each line that is not blank is in exactly one count.
type BatchResult struct {
	Accepted      int            `json:"accepted"`
	Duplicates    int            `json:"duplicates"`
	Conflicts     int            `json:"conflicts"`
	Quarantined   int            `json:"quarantined"`
	Erased        int            `json:"erased"`
	Rejected      []RejectedLine `json:"rejected"` // the first 10,000
	RejectedCount int            `json:"rejected_count"`
	Conflicting   []int          `json:"conflicting,omitempty"` // lines, the first 10,000
	// Lines read; after an error, lines after this one were not taken in.
	Lines int `json:"lines"`
}

// RejectedLine says why a line was not taken in: the first problem, and the others when there are.
type RejectedLine struct {
	Line   int     `json:"line"`
	Field  string  `json:"field"`
	Code   string  `json:"code"`
	Reason string  `json:"reason"`
	More   []Fault `json:"more,omitempty"`
}

// postBatch commits every 1,000 lines while the next ones are examined, and those after them read and decoded. Bad lines never stop good ones; an error
// tells what was taken in before it. Sending the whole batch again is always right.
func (a *API) postBatch(c *call) error {
	body := &patient{body: c.Body, control: http.NewResponseController(c.w)}
	chunks, stop := make(chan chunk, 1), make(chan struct{})
	go readChunks(body, chunks, stop)
	ready := a.examined(c.Context(), chunks, stop)
	ended := false
	defer func() {
		if ended {
			return
		}
		close(stop)
		body.cut()
		for range ready { // reader and examiner are gone when it is closed
		}
	}()
	t := tally{lang: c.lang(), result: BatchResult{Rejected: []RejectedLine{}}}
	for ch := range ready {
		if len(ch.lines) > 0 {
			outcomes, err := a.enter(c.Context(), ch)
			if err != nil {
				return t.stopped(err)
			}
			a.Metrics.batch(len(ch.lines))
			for _, o := range outcomes {
				t.add(o)
			}
		}
		for _, r := range ch.unread {
			t.reject(r.line, r.err)
		}
		t.result.Lines = ch.last
		if ch.err != nil {
			return t.stopped(ch.err)
		}
	}
	ended = true
	return c.json(http.StatusOK, t.done())
}

// examined examines chunk after chunk, until they end or stop.
func (a *API) examined(ctx context.Context, chunks <-chan chunk, stop <-chan struct{}) <-chan chunk {
	ready := make(chan chunk, 1)
	go func() {
		defer close(ready)
		for ch := range chunks {
			if len(ch.lines) > 0 {
				ch.ready, ch.failed = a.Door.Ready(ctx, ch.lines)
			}
			select {
			case ready <- ch:
			case <-stop: // the reader sees it too
			}
		}
	}()
	return ready
}

func (a *API) enter(ctx context.Context, ch chunk) ([]collect.Outcome, error) {
	if ch.failed != nil {
		return nil, ch.failed
	}
	return a.Door.Enter(ctx, ch.ready)
}

// chunk is what is committed together: the lines read, and those that could not be.
type chunk struct {
	lines  []collect.Line
	unread []unread
	last   int // number of the last line
	err    error
	ready  *collect.Ready // the lines examined, or why they could not be
	failed error
}

type unread struct {
	line int
	err  error
}

// readChunks reads lines until the end, an error or stop, then closes chunks.
func readChunks(body io.Reader, chunks chan<- chunk, stop <-chan struct{}) {
	defer close(chunks)
	r := lineReader{r: bufio.NewReaderSize(body, 64<<10)}
	for more := true; more; {
		var ch chunk
		ch, more = r.chunk()
		select {
		case chunks <- ch:
		case <-stop:
			return
		}
	}
}

// lineReader cuts a body in lines.
type lineReader struct {
	r    *bufio.Reader
	long []byte
	n    int // lines read
}

// chunk reads up to 1,000 lines; false after the last one. What follows a broken connection's last line end is dropped.
func (l *lineReader) chunk() (chunk, bool) {
	var ch chunk
	for len(ch.lines)+len(ch.unread) < chunkLines {
		line, tooLong, err := l.next()
		if err != nil && !errors.Is(err, io.EOF) {
			ch.err = malformed("", "api.cut_short")
			return ch, false
		}
		if line = bytes.TrimSpace(line); len(line) > 0 || tooLong {
			ch.take(l.n, line, tooLong)
		}
		if err != nil {
			ch.last = l.n
			return ch, false
		}
		ch.last = l.n
	}
	return ch, true
}

func (ch *chunk) take(n int, line []byte, tooLong bool) {
	in := collect.Line{Number: n}
	err := error(nil)
	if tooLong {
		err = cx.Fail(cx.Invalid, "", "api.too_big", "max", maxFeedback)
	} else {
		err = decodeFeedback(line, &in.Incoming)
	}
	if err != nil {
		ch.unread = append(ch.unread, unread{n, err})
		return
	}
	if ch.lines == nil {
		ch.lines = make([]collect.Line, 0, chunkLines)
	}
	ch.lines = append(ch.lines, in)
}

// next gives one line, valid until the next call. One over the limit is passed over and told.
func (l *lineReader) next() (line []byte, tooLong bool, err error) {
	l.long = l.long[:0]
	for {
		part, err := l.r.ReadSlice('\n')
		if len(l.long)+len(part) > maxFeedback {
			tooLong, l.long = true, l.long[:0]
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			if !tooLong {
				l.long = append(l.long, part...)
			}
			continue
		case err != nil && len(part) == 0 && len(l.long) == 0 && !tooLong:
			return nil, false, err
		}
		l.n++
		if l.n == 1 {
			part = bytes.TrimPrefix(part, []byte("\xef\xbb\xbf"))
		}
		if len(l.long) > 0 {
			l.long = append(l.long, part...)
			part = l.long
		}
		if tooLong {
			part = nil
		}
		return part, tooLong, err
	}
}

// tally adds up outcomes.
type tally struct {
	lang   lang.Lang
	result BatchResult
}

func (t *tally) add(o collect.Outcome) {
	switch o.Verdict {
	case collect.Accepted:
		t.result.Accepted++
	case collect.Duplicate:
		t.result.Duplicates++
	case collect.Waiting:
		t.result.Quarantined++
	case collect.Gone:
		t.result.Erased++
	case collect.Conflicting:
		t.result.Conflicts++
		if len(t.result.Conflicting) < maxTold {
			t.result.Conflicting = append(t.result.Conflicting, o.Line)
		}
	default:
		t.reject(o.Line, joined(o.Errors))
	}
}

func (t *tally) reject(line int, err error) {
	t.result.RejectedCount++
	if len(t.result.Rejected) >= maxTold {
		return
	}
	r := RejectedLine{Line: line}
	if l := faults(t.lang, err); len(l) > 0 {
		r.Field, r.Code, r.Reason, r.More = l[0].Field, l[0].Code, l[0].Message, l[1:]
	}
	t.result.Rejected = append(t.result.Rejected, r)
}

func (t *tally) done() *BatchResult {
	slices.SortFunc(t.result.Rejected, func(a, b RejectedLine) int { return cmp.Compare(a.Line, b.Line) })
	return &t.result
}

// stopped says what was taken in before the error.
func (t *tally) stopped(err error) error {
	return &refusal{status: statusOf(err), err: err, result: t.done()}
}

// patient gives each read its own deadline: a batch may last hours, a silent sender not. After the last one the
// connection is as it was, to be used again.
type patient struct {
	body    io.Reader
	control *http.ResponseController
}

func (p *patient) Read(b []byte) (int, error) {
	p.until(time.Now().Add(silence))
	n, err := p.body.Read(b)
	if err != nil {
		p.until(time.Time{})
	}
	return n, err
}

// until sets the deadline of reading, and of answering what the server may have set for short requests. Not every
// connection has deadlines.
func (p *patient) until(t time.Time) {
	_ = p.control.SetReadDeadline(t)
	if !t.IsZero() {
		t = t.Add(silence)
	}
	_ = p.control.SetWriteDeadline(t)
}

// cut ends a read under way; the connection is not used again.
func (p *patient) cut() { _ = p.control.SetReadDeadline(time.Now().Add(-time.Second)) }

// joined makes one error of several.
func joined(l []*cx.Error) error {
	errs := make([]error, len(l))
	for n, e := range l {
		errs[n] = e
	}
	return errors.Join(errs...)
}
