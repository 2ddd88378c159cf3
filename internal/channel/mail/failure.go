package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"net/textproto"
	"strings"

	"vigie/internal/cx"
)

// Outcome is what became of a message that was not accepted.
type Outcome string

const (
	Refused Outcome = "refused" // for good: sending it again changes nothing
	Later   Outcome = "later"   // not now: it did not leave, try again
	Unsure  Outcome = "unsure"  // the connection broke after all was sent: it may have left
)

// Failure is the error of Sender.Send. errors.As finds in it the *cx.Error a person may read.
type Failure struct {
	Outcome Outcome
	// AtFault: the recipient's address was refused for good (as Hard): never write there again.
	AtFault bool
	Code    int    // the server's answer (550), 0 when none came
	Status  string // its enhanced status (5.1.1), "" when none is said
	Reason  string // the server's words, one line, at most 300 characters; may hold addresses
	cause   error
	said    *cx.Error
}

func (f *Failure) Error() string {
	s := "mail " + string(f.Outcome) + ": " + f.said.Code
	if f.Status != "" {
		return s + " " + f.Status
	}
	return s
}

func (f *Failure) Unwrap() []error {
	if f.cause == nil {
		return []error{f.said}
	}
	return []error{f.said, f.cause}
}

// invalid is a message that cannot be sent by anybody.
func invalid(e error) *Failure {
	f := &Failure{Outcome: Refused, cause: e}
	if c, ok := errors.AsType[*cx.Error](e); ok {
		f.said, f.cause, f.AtFault = c, nil, c.Field == "to" && c.Code == "mail.address"
		return f
	}
	f.said = cx.Fail(cx.Invalid, "", "mail.unwritable")
	return f
}

// step is where an exchange was when it failed.
type step int

const (
	atConnect step = iota
	atAuth
	atSender
	atRecipient
	atContent // being sent: a server that does not see its end drops it
	atAnswer  // all was sent, the server's word is missing
)

// failed judges an error of an exchange.
func failed(at step, err error) *Failure {
	f := &Failure{Outcome: Later, cause: err}
	reply, answered := errors.AsType[*textproto.Error](err)
	switch {
	case at == atAnswer && !answered:
		f.Outcome, f.said = Unsure, cx.Fail(cx.Unavailable, "", "mail.unsure")
		return f
	case !answered:
		f.said = cx.Fail(cx.Unavailable, "", unreached(at, err))
		return f
	}
	f.Code, f.Status, f.Reason = reply.Code, statusCode.FindString(reply.Msg), line(reply.Msg)
	switch {
	case at == atAuth:
		f.said = cx.Fail(cx.Unavailable, "", "mail.auth", "code", reply.Code)
	case at == atConnect || reply.Code < 500:
		f.said = cx.Fail(cx.Unavailable, "", "mail.later", "code", reply.Code)
	case at == atRecipient && atFault(reply.Code, f.Status, reply.Msg):
		f.Outcome, f.AtFault, f.said = Refused, true, cx.Fail(cx.Invalid, "to", "mail.refused_address", "code", reply.Code)
	default:
		f.Outcome, f.said = Refused, cx.Fail(cx.Invalid, "", "mail.refused", "code", reply.Code)
	}
	return f
}

// atFault tells whether a recipient refused for good is so for what it is, and not for who writes, how much or from where.
func atFault(code int, status, said string) bool {
	if fateOf("failed", status, said) == Hard {
		return true
	}
	bare := status == "" || status == "5.0.0"
	return bare && (code == 550 || code == 551 || code == 553) && !policy.MatchString(said) && !full.MatchString(said)
}

// unreached names what kept a server's answer from coming.
func unreached(at step, err error) string {
	switch {
	case errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		return "mail.stopped"
	case isTLS(err):
		return "mail.tls"
	case at == atAuth:
		return "mail.auth_unsupported"
	}
	return "mail.unreachable"
}

func isTLS(err error) bool {
	_, certificate := errors.AsType[*tls.CertificateVerificationError](err)
	_, record := errors.AsType[tls.RecordHeaderError](err)
	return certificate || record || strings.Contains(err.Error(), "STARTTLS") || strings.Contains(err.Error(), "tls:")
}
