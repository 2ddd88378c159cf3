package web

import "testing"

func TestKeysOfToolsAreReadAsWords(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]string{
		"pro-tout-en-un": "Pro tout en un", "SENIOR_PRUDENT": "Senior prudent", "premium": "Premium", "b2b": "b2b", "2024-05-01": "2024-05-01",
		"Île-de-France": "Île-de-France", "Un texte libre": "Un texte libre", "": "", "PRO": "PRO", "a--b": "a--b",
	} {
		if got := readable(key); got != want {
			t.Errorf("%q is read %q, not %q", key, got, want)
		}
	}
}
