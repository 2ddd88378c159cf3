package response

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"

	"vigie/internal/cx"
)

// onceLeast is how many letters a browser's draw has at least: fewer may be guessed.
const onceLeast = 22

// OnceToken gives the address of the response that a browser's draw opens, the same each time; "" for no draw, or one that
// may be guessed. Who sends the same first screen twice, since it never heard that it had arrived, is answered once.
func (d *Desk) OnceToken(ctx context.Context, key cx.SurveyID, drawn string) (Token, error) {
	if len(drawn) < onceLeast || len(drawn) > 100 {
		return "", nil
	}
	secret, err := d.d.DB.Secret(ctx, "response.once")
	if err != nil {
		return "", err
	}
	m := hmac.New(sha256.New, secret)
	m.Write([]byte(string(key) + "\x00" + drawn))
	return Token(base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:18])), nil
}
