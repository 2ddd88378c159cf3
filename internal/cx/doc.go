// Package cx is the vocabulary and the arithmetic of customer experience: identifiers, feedback, metrics,
// indicators, histograms and intervals.
//
// It is pure: no I/O, no clock, no global state, and it imports nothing of this module. What needs a database, a
// language catalogue or a request lives above.
package cx
