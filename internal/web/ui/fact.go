package ui

// Fact is one thing known, in words.
type Fact struct {
	Label, Value, Href string
	Wide               bool // a sentence: takes the line
}

// Score is one answer to one question.
type Score struct {
	Name, Wording string
	Value         string  // "4", "oui"
	Scale         string  // "1 à 5"; "" for a yes or a no
	Share         float64 // where the value stands on its scale, 0 to 1
	Tone          Tone
}
