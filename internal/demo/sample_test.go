package demo

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"vigie/internal/listen/collect"
)

func TestSample(t *testing.T) {
	s, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(uint64(os.Getpid()), 3))
	want := os.Getenv("TP")
	n := 0
	var res []string
	rep := map[string]int{}
	s.Feedbacks(now, func(in collect.Incoming) bool {
		if in.Verbatim == "" || (want != "" && want != in.Touchpoint) || os.Getenv("STAFF") != "" && in.Audience != "employee" || os.Getenv("LANGX") != "" && in.Lang != os.Getenv("LANGX") {
			return true
		}
		rep[in.Verbatim]++
		n++
		l := fmt.Sprintf("%s %s %s %s %s %v %v| %s", in.At.Format("060102 15:04"), in.Touchpoint, in.Unit, in.CollectedBy, in.Lang, in.Scores, in.Attributes["reason"], in.Verbatim)
		if len(res) < 45 {
			res = append(res, l)
		} else if i := r.IntN(n); i < 45 {
			res[i] = l
		}
		return true
	})
	for _, l := range res {
		fmt.Println(l)
	}
	mx := 0
	for _, c := range rep {
		mx = max(mx, c)
	}
	fmt.Println(n, "distinct", len(rep), "max", mx)
}
