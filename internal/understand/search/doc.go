// Package search finds feedback by its words: a full-text file of its own (SQLite FTS5), fed by the feed and disposable
// at any time, like the projection.
//
// Here: how words are folded, stemmed and asked for, the follower, the erasure of words. Not here: who may read what (each
// step of a search is filtered by insight.List in the viewer's Scope), the texts as shown (the record). Employees' words
// are never indexed: no list of them exists.
package search
