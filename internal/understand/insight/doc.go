// Package insight answers questions: insight.Query → plan (which table, which grain) → SQL over the projection, a
// columnar file fed by the feed and disposable at any time. It is the only user of DuckDB and exchanges plain values.
//
// Here: the projector, questions with n and interval, lists of feedback ids, the employees' floor. Not here: formulas
// (cx), the rows themselves (the record, through collect).
package insight
