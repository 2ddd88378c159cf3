package cx

// Text is one text in several languages: language tag ("fr", "en") → words.
type Text map[string]string

// In gives the text in lang, else in French, else in English, else any (the smallest tag), else "".
func (t Text) In(lang string) string {
	for _, l := range []string{lang, "fr", "en"} {
		if s := t[l]; s != "" {
			return s
		}
	}
	best := ""
	for l, s := range t {
		if s != "" && (best == "" || l < best) {
			best = l
		}
	}
	return t[best]
}
