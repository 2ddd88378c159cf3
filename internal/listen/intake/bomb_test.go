package intake

import (
	"errors"
	"io"
	"strings"
	"testing"

	"vigie/internal/cx"
)

func TestWhatUnpacksToTooMuchIsRefused(t *testing.T) {
	for name, left := range map[string]int64{"just fits": 5000, "one byte too many": 4999} {
		t.Run(name, func(t *testing.T) {
			_, err := io.ReadAll(&bounded{r: strings.NewReader(strings.Repeat("a,b;\n", 1000)), left: left, file: "a.csv.gz"})
			e, refused := errors.AsType[*cx.Error](err)
			if refused != (left < 5000) || refused && e.Code != "intake.file_bomb" {
				t.Errorf("%v", err)
			}
			if f := (&File{pack: "gz"}); refused && f.unpackError(err) != err {
				t.Error("the reason is lost")
			}
		})
	}
}
