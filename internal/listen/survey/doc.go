// Package survey holds questionnaires: their definition (one documented value, in JSON and YAML), what is wrong with it,
// the one function that says which questions a person meets, what an answer may be, and how answers become a feedback.
//
// Not here: who is asked and when (listen/invite), how a question looks (web), how a feedback is written (collect).
package survey
