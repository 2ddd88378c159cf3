package collect

import (
	"context"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"vigie/internal/cx"
	"vigie/internal/listen/customer"
)

// Limits of one feedback.
const (
	maxKey        = 200    // bytes of a key, an identity, a name
	maxVerbatim   = 20_000 // runes
	maxVerbatims  = 100
	maxScores     = 200
	maxAttributes = 500   // the customer's included
	maxValue      = 2_000 // runes of an attribute's value
	maxAhead      = 48 * time.Hour
)

var earliest = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)

// examineAll examines the lines of a batch and looks their keys up.
func (d *Door) examineAll(ctx context.Context, lines []Line) ([]*entry, error) {
	all := make([]entry, len(lines))
	entries := make([]*entry, len(lines))
	for i := range lines {
		e := &all[i]
		e.in, e.out.Line = &lines[i].Incoming, lines[i].Number
		entries[i] = e
		if e.in.SourceID == "" {
			e.reject(cx.Fail(cx.Invalid, "source_id", "collect.required"))
		}
		d.examine(e, "")
	}
	if err := d.lookUpAll(ctx, entries); err != nil {
		return nil, unavailable(err)
	}
	return entries, nil
}

// examine finds every problem that shows without asking anybody, and computes key and content hash.
func (d *Door) examine(e *entry, senderKey string) {
	in := e.in
	e.checkStrings()
	e.checkTime(d.d.Now())
	e.check(in.Channel == "" || slices.Contains(cx.Channels, in.Channel), "channel", "collect.unknown_channel", "value", in.Channel)
	e.check(in.CollectedBy == "" || slices.Contains(cx.Collections, in.CollectedBy), "collected_by", "collect.unknown_collection", "value", in.CollectedBy)
	e.check(in.Program == "" || slices.Contains(cx.Programs(), cx.Program(in.Program)), "program", "collect.unknown_program", "value", in.Program)
	e.check(in.Audience == "" || slices.Contains(cx.Audiences(), cx.Audience(in.Audience)), "audience", "collect.unknown_audience", "value", in.Audience)
	e.check(len(in.Scores) <= maxScores, "scores", "collect.too_many", "max", maxScores)
	e.check(len(in.Verbatims) <= maxVerbatims, "verbatims", "collect.too_many", "max", maxVerbatims)
	e.checkCustomer(d.d.Customers)
	e.fill(d.d.Now())
	e.check(len(e.f.Attributes) <= maxAttributes, "attributes", "collect.too_many", "max", maxAttributes)
	e.check(len(in.Media) == 0 || cx.Audience(in.Audience) != cx.Employees, "media", "collect.employee_media")
	e.check(len(in.Media) <= maxMedia, "media", "collect.too_many", "max", maxMedia)
	e.check(len(in.Scores) > 0 || len(e.f.Verbatims) > 0 || len(in.Media) > 0, "scores", "collect.no_content")
	if e.failed() {
		return
	}
	e.seal(d.secret, senderKey)
	if e.f.Audience == cx.Employees {
		e.veil(d.secret)
	}
}

func (e *entry) check(ok bool, field, code string, args ...any) {
	if !ok {
		e.reject(cx.Fail(cx.Invalid, field, code, args...))
	}
}

func (e *entry) checkStrings() {
	in := e.in
	e.checkText("source", in.Source, maxKey)
	e.check(in.Source != "", "source", "collect.required")
	for _, f := range [...]struct{ field, value string }{{"source_id", in.SourceID}, {"touchpoint", in.Touchpoint}, {"contact", in.Contact},
		{"unit", in.Unit}, {"agent", in.Agent}, {"lang", in.Lang}, {"survey", in.Survey}} {
		if f.value != "" {
			e.checkText(f.field, f.value, maxKey)
		}
	}
	e.checkTexts()
	for k := range in.Scores {
		e.check(k != "" && len(k) <= maxKey && clean(k), "scores", "collect.key", "max", maxKey)
	}
}

func (e *entry) checkTexts() {
	e.checkText("verbatim", e.in.Verbatim, maxVerbatim)
	for i, v := range e.in.Verbatims {
		field := "verbatims[" + strconv.Itoa(i) + "]"
		e.checkText(field+".question", v.Question, maxValue)
		e.checkText(field+".text", v.Text, maxVerbatim)
	}
}

// checkText wants valid UTF-8 without NUL, and no more than a length: bytes of a key, runes of a text.
func (e *entry) checkText(field, s string, limit int) {
	e.check(clean(s), field, "collect.encoding")
	long := len(s) > limit
	if long && limit > maxKey {
		long = utf8.RuneCountInString(s) > limit
	}
	e.check(!long, field, "collect.too_long", "max", limit)
}

func clean(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }

func (e *entry) checkTime(now time.Time) {
	switch at := e.in.At; {
	case at.IsZero():
		e.check(false, "at", "collect.required")
	case at.After(now.Add(maxAhead)):
		e.check(false, "at", "collect.future", "value", at.UTC().Format(time.RFC3339))
	case at.Before(earliest):
		e.check(false, "at", "collect.past", "value", at.UTC().Format(time.RFC3339))
	}
}

func (e *entry) checkCustomer(ref *customer.Reference) {
	c := e.in.Customer
	if c == nil {
		return
	}
	for _, f := range [...]struct{ field, value string }{{"ref", c.Ref}, {"email", c.Email}, {"phone", c.Phone}, {"name", c.Name}} {
		e.checkText("customer."+f.field, f.value, maxKey)
	}
	named := strings.TrimSpace(c.Ref) != "" || c.Email != "" || c.Phone != ""
	e.check(named, "customer", "collect.customer_unnamed")
	bad := ref.Check(&customer.Known{Email: c.Email, Phone: c.Phone})
	e.check(bad == "", "customer."+bad, "collect.no_"+bad)
	e.check(c.Status == "" || slices.Contains(customer.Statuses(), c.Status), "customer.status", "collect.unknown_status", "value", c.Status)
}

// fill lays what needs no looking up into the feedback.
func (e *entry) fill(now time.Time) {
	in, f := e.in, &e.f
	f.Source, f.SourceID = in.Source, in.SourceID
	f.At, f.Received = in.At.UTC().Truncate(time.Microsecond), now.UTC().Truncate(time.Microsecond)
	if in.Received.Before(now) && !in.Received.IsZero() {
		f.Received = in.Received.UTC().Truncate(time.Microsecond)
	}
	f.Touchpoint, f.Unit = cx.TouchpointID(in.Touchpoint), cx.UnitID(in.Unit)
	f.Channel, f.CollectedBy, f.Contact = in.Channel, in.CollectedBy, in.Contact
	f.Agent, f.Lang, f.Survey = in.Agent, in.Lang, in.Survey
	f.Program, f.Audience = programOf(in), cx.Audience(in.Audience)
	if f.Audience == "" {
		f.Audience = cx.Customers
	}
	f.Verbatims = verbatimsOf(in.Verbatim, in.Verbatims)
	f.Media = in.Media
	f.Attributes = e.attributes("attributes.", in.Attributes, nil)
	if in.Customer != nil && f.Audience != cx.Employees {
		f.Attributes = e.attributes("customer.attributes.", in.Customer.Attributes, f.Attributes)
	}
}

func programOf(in *Incoming) cx.Program {
	switch {
	case in.Program != "":
		return cx.Program(in.Program)
	case in.Touchpoint != "":
		return cx.Transactional
	}
	return cx.Spontaneous
}

// verbatimsOf gives the texts that say something.
func verbatimsOf(one string, several []cx.Verbatim) []cx.Verbatim {
	var out []cx.Verbatim
	for _, v := range append([]cx.Verbatim{{Text: one}}, several...) {
		if strings.TrimSpace(v.Text) != "" {
			out = append(out, v)
		}
	}
	return out
}

// attributes checks values and adds those that own does not hold.
func (e *entry) attributes(field string, sent map[string]any, own map[cx.AttributeID]any) map[cx.AttributeID]any {
	if own == nil && len(sent) > 0 {
		own = make(map[cx.AttributeID]any, len(sent))
	}
	for k, v := range sent {
		if k == "" || len(k) > maxKey || !clean(k) {
			e.check(false, strings.TrimSuffix(field, "."), "collect.key", "max", maxKey)
			continue
		}
		value, ok := plain(v)
		e.check(ok, field+k, "collect.attribute_type")
		if s, text := value.(string); text {
			e.checkText(field+k, s, maxValue)
		}
		if _, held := own[cx.AttributeID(k)]; ok && value != nil && !held {
			own[cx.AttributeID(k)] = value
		}
	}
	return own
}

// plain gives an attribute's value as string, float64 or bool; nil for none.
func plain(v any) (any, bool) {
	switch v := v.(type) {
	case nil, string, bool:
		return v, true
	case float64:
		return v, !math.IsNaN(v) && !math.IsInf(v, 0)
	case int:
		return float64(v), true
	case int64:
		return float64(v), true
	case json.Number:
		f, err := v.Float64()
		return f, err == nil
	case time.Time:
		return v.Format(time.RFC3339), true
	}
	return nil, false
}
