// Package intake reads other people's files (CSV, TSV, XLSX, XLS, NDJSON, also in .gz and .bz2) and turns their rows
// into collect.Incoming values.
//
// A File gives rows, Guess proposes a Map, a person edits the Map, Run applies it and hands lines to the door, which
// the caller gives. No row is lost without a word: each is counted, or rejected with its line, column and reason.
// The Desk keeps files in the data folder until they are imported, one after the other, and remembers what each brought
// (store.go). No HTTP and no page live here.
package intake
