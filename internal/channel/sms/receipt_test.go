package sms

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
)

func TestReceiptsOfBothShapesAreRead(t *testing.T) {
	for body, want := range map[string][]Receipt{
		`{"id":"inv.7.0","status":"delivered","to":"+33600000001"}`:                         {{ID: "inv.7.0", To: "+33600000001", Fate: Delivered, Words: "delivered"}},
		`{"id":"inv.7.0","status":"FAILED","permanent":true,"reason":"unknown subscriber"}`: {{ID: "inv.7.0", Fate: Hard, Words: "FAILED unknown subscriber"}},
		`[{"id":"g1","status":"undelivered","code":27},{"message_id":"g2","reference":"inv.8.1","status":"sent"}]`: {
			{Gateway: "g1", Fate: Soft, Words: "undelivered 27"}, {ID: "inv.8.1", Gateway: "g2", Fate: Underway, Words: "sent"}},
		"MessageSid=SM1&MessageStatus=delivered&To=%2B33600000001&From=Vigie&AccountSid=AC": {{Gateway: "SM1", To: "+33600000001", Fate: Delivered, Words: "delivered"}},
		"MessageSid=SM1&MessageStatus=undelivered&To=%2B33600000001&ErrorCode=30003":        {{Gateway: "SM1", To: "+33600000001", Fate: Soft, Words: "undelivered 30003"}},
		"MessageSid=SM1&MessageStatus=failed&To=%2B33600000001&ErrorCode=30005":             {{Gateway: "SM1", To: "+33600000001", Fate: Hard, Words: "failed 30005"}},
		"MessageSid=SM1&MessageStatus=failed&To=%2B33600000001&ErrorCode=21610":             {{Gateway: "SM1", To: "+33600000001", Fate: Stopped, Words: "failed 21610"}},
	} {
		got, err := ReadReceipts([]byte(body))
		if d := cmp.Diff(want, got); err != nil || d != "" {
			t.Errorf("%s: %v %s", body, err, d)
		}
	}
	for _, body := range []string{"", "{}", `{"id":"inv.7.0"}`, `{"status":"delivered"}`, `{"id":"inv.7.0","status":"quantum"}`, "hello", "[1]", "MessageStatus=delivered"} {
		if l, err := ReadReceipts([]byte(body)); cx.KindOf(err) != cx.Invalid {
			t.Errorf("%q: %+v %v", body, l, err)
		}
	}
}

func FuzzReadReceipts(f *testing.F) {
	f.Add([]byte(`{"id":"inv.7.0","status":"delivered"}`))
	f.Add([]byte("MessageSid=SM1&MessageStatus=failed"))
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := ReadReceipts(b)
		for _, r := range l {
			if err == nil && r.Fate == "" {
				t.Fatal("a receipt that says nothing")
			}
		}
	})
}
