package sms

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"vigie/internal/cx"
)

// Shape of the requests that a gateway takes.
type Shape string

const (
	// JSON: a POST of {"from","to","text","id"}, with the token as a bearer.
	JSON Shape = "json"
	// Form: a POST of From, To and Body as a form, with user and token as basic authentication.
	Form Shape = "form"
)

// Shapes in the order they are offered.
func Shapes() []Shape { return []Shape{JSON, Form} }

// GatewayConfig of a gateway.
type GatewayConfig struct {
	URL   string `json:"url"` // https, or http to this machine
	Shape Shape  `json:"shape,omitempty"`
	From  string `json:"from"` // the sender shown: a number or up to 11 letters
	User  string `json:"user,omitempty"`
	Token string `json:"token,omitempty"`
	// Timeout bounds a request; 0: a minute.
	Timeout time.Duration `json:"timeout,omitempty"`
}

// Check gives everything wrong with c, nil when messages may leave by it. It connects nowhere.
func (c GatewayConfig) Check() []*cx.Error {
	var l []*cx.Error
	add := func(wrong bool, field, code string) {
		if wrong {
			l = append(l, cx.Fail(cx.Invalid, field, code))
		}
	}
	u, err := url.Parse(c.URL)
	add(err != nil || u.Host == "" || u.Scheme != "https" && !(u.Scheme == "http" && local(u.Hostname())), "url", "sms.url")
	add(c.Shape != "" && c.Shape != JSON && c.Shape != Form, "shape", "sms.shape")
	add(c.From == "" || len(c.From) > 16, "from", "sms.from")
	add(c.Timeout < 0, "timeout", "sms.timeout")
	return l
}

func local(host string) bool {
	return host == "localhost" || host == "::1" || strings.HasPrefix(host, "127.")
}

// Message is one short message to one person.
type Message struct {
	ID   string // given again with a message sent again, so that the gateway may know it
	To   string // + and digits
	Text string
}

// Outcome is what became of a message that was not accepted.
type Outcome string

const (
	Refused Outcome = "refused" // for good
	Later   Outcome = "later"   // it did not leave, try again
	Unsure  Outcome = "unsure"  // the connection broke after it was sent: it may have left
)

// Failure is the error of Gateway.Send.
type Failure struct {
	Outcome Outcome
	Status  int    // of HTTP, 0 when no answer came
	Words   string // the gateway's, one line, at most 300 bytes
	cause   error
}

func (f *Failure) Error() string {
	return fmt.Sprintf("short message %s: %d %s", f.Outcome, f.Status, f.Words)
}
func (f *Failure) Unwrap() error { return f.cause }

// Gateway sends short messages over HTTP. Safe for concurrent use.
type Gateway struct {
	c      GatewayConfig
	client *http.Client
}

// NewGateway is inert. The error is the first of GatewayConfig.Check.
func NewGateway(c GatewayConfig) (*Gateway, error) {
	if l := c.Check(); len(l) > 0 {
		return nil, l[0]
	}
	if c.Timeout == 0 {
		c.Timeout = time.Minute
	}
	// A redirection would carry the text elsewhere.
	client := &http.Client{Timeout: c.Timeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return &Gateway{c: c, client: client}, nil
}

// Send hands a message to the gateway, which may say what it calls it ("" when it does not). nil: it took it; else a
// *Failure.
func (g *Gateway) Send(ctx context.Context, m Message) (name string, err error) {
	req, err := g.request(ctx, m)
	if err != nil {
		return "", &Failure{Outcome: Refused, Words: err.Error(), cause: err}
	}
	resp, err := g.client.Do(req)
	if err != nil {
		return "", unanswered(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(resp.Body, 4096)) // its words only: the status decides
	if err := judged(resp.StatusCode, oneLine(string(body))); err != nil {
		return "", err
	}
	return called(body), nil
}

// called gives the number of a message out of a gateway's answer.
func called(body []byte) string {
	var said struct {
		SID       string `json:"sid"`
		MessageID string `json:"message_id"`
		ID        string `json:"id"`
	}
	if json.Unmarshal(body, &said) != nil {
		return ""
	}
	return cmp.Or(said.SID, said.MessageID, said.ID)
}

// unanswered tells a request that never left from one that may have.
func unanswered(err error) *Failure {
	f := &Failure{Outcome: Unsure, Words: oneLine(err.Error()), cause: err}
	var op *net.OpError
	var name *net.DNSError
	var certificate *tls.CertificateVerificationError
	if errors.As(err, &op) && op.Op == "dial" || errors.As(err, &name) || errors.As(err, &certificate) {
		f.Outcome = Later
	}
	return f
}

func judged(status int, words string) error {
	switch {
	case status >= 200 && status < 300:
		return nil
	case status == http.StatusUnauthorized, status == http.StatusForbidden, status == http.StatusRequestTimeout, status == http.StatusTooManyRequests,
		status == http.StatusServiceUnavailable, status == http.StatusPaymentRequired, status >= 300 && status < 400:
		return &Failure{Outcome: Later, Status: status, Words: words}
	case status >= 500: // it may have been taken before the failure
		return &Failure{Outcome: Unsure, Status: status, Words: words}
	}
	return &Failure{Outcome: Refused, Status: status, Words: words}
}

func (g *Gateway) request(ctx context.Context, m Message) (*http.Request, error) {
	var body io.Reader
	kind := "application/json"
	if g.c.Shape == Form {
		kind = "application/x-www-form-urlencoded"
		body = strings.NewReader(url.Values{"From": {g.c.From}, "To": {m.To}, "Body": {m.Text}}.Encode())
	} else {
		b, err := json.Marshal(map[string]string{"from": g.c.From, "to": m.To, "text": m.Text, "id": m.ID})
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, g.c.URL, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", kind)
	req.Header.Set("Idempotency-Key", m.ID)
	switch {
	case g.c.Shape == Form:
		req.SetBasicAuth(g.c.User, g.c.Token)
	case g.c.Token != "":
		req.Header.Set("Authorization", "Bearer "+g.c.Token)
	}
	return req, nil
}

func oneLine(s string) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "")), " ")
	if len(s) > 300 {
		s = strings.ToValidUTF8(s[:300], "")
	}
	return s
}
