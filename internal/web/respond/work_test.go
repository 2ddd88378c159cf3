package respond

import (
	"net/url"
	"strconv"
	"testing"
	"time"
)

func TestAResponseIsOpenedByWorkOrByPatienceAndEachTaskOnce(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	w := newToil(8, func() time.Time { return now })
	solved := func(task string) url.Values {
		for n := 0; ; n++ {
			if zeros(task, strconv.Itoa(n)) >= 8 {
				return url.Values{toilField: {task}, toilAnswer: {strconv.Itoa(n)}}
			}
		}
	}
	form := solved(w.task())
	for i, want := range []bool{true, false} {
		if ok, _ := w.done(form); ok != want {
			t.Errorf("sent the time %d: %v", i+1, ok)
		}
	}
	idle := url.Values{toilField: {w.task()}}
	if ok, wait := w.done(idle); ok || wait != toilWait {
		t.Errorf("no work, no patience: %v, %v", ok, wait)
	}
	now = now.Add(toilWait)
	if ok, _ := w.done(idle); !ok {
		t.Error("patience is not enough")
	}
	for what, task := range map[string]string{"none": "", "another server's": newToil(8, w.now).task(), "an old one": w.task()} {
		if what == "an old one" {
			now = now.Add(toilLasts)
		}
		if ok, wait := w.done(solved(task)); ok || wait != 0 {
			t.Errorf("%s: %v, %v", what, ok, wait)
		}
	}
	if ok, _ := newToil(0, w.now).done(url.Values{}); !ok {
		t.Error("nothing was asked")
	}
}
