package mail

import (
	"mime"
	"regexp"
	"strings"
)

var unfold = regexp.MustCompile(`\r?\n[ \t]+`)

// headerOf finds a field in the text of a returned message, quoted or not.
func headerOf(text, name string) string {
	text = unfold.ReplaceAllString(text, " ")
	m := regexp.MustCompile(`(?im)^[>\s|]*` + regexp.QuoteMeta(name) + `:[ \t]*(.+?)\r?$`).FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	return m[1]
}

func (r *reading) original() string {
	id := headerOf(r.returned, "Message-ID")
	return strings.Trim(strings.TrimSpace(id), "<>")
}

func subject(s string) string {
	d := mime.WordDecoder{}
	if out, err := d.DecodeHeader(s); err == nil {
		return out
	}
	return s
}
