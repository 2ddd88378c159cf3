package web

import (
	"testing"
	"time"
)

func TestAPeriodIsWrittenInTheAddressOnlyWhenChosen(t *testing.T) {
	t.Parallel()
	usual := filters{During: "30", Usual: true, Words: "with"}
	if got := usual.at("/"); got != "/" {
		t.Errorf("the usual period is written: %s", got)
	}
	chosen := usual.with(func(f *filters) { f.During = "365" })
	if got := chosen.at("/"); got != "/?during=365" {
		t.Errorf("a chosen period: %s", got)
	}
	if got := usual.with(func(f *filters) { f.Unit = "north" }).at("/"); got != "/?unit=north" {
		t.Errorf("another filter beside the usual period: %s", got)
	}
}

func TestUsualPeriodIsKeptForAMinute(t *testing.T) {
	t.Parallel()
	var u usualPeriod
	now := time.Now()
	u.met = map[string]usualFound{"": {filters{During: "range", From: "2020-01-02", To: "2021-01-01"}, now.Add(time.Minute)}}
	f := filters{Usual: true}
	if err := u.settle(t.Context(), nil, &f, usualAsk{now: now}); err != nil {
		t.Fatal(err)
	}
	if f.During != "range" || f.From != "2020-01-02" || f.To != "2021-01-01" {
		t.Errorf("settled on %+v", f)
	}
}
