// Package record is the truth: an ordinary SQL database (SQLite inside the binary, PostgreSQL by URL), its migrations,
// its transactions, and the feed: the one append-only order in which things happened, with those who follow it.
//
// Here: opening, migrating, Tx, positions, followers, the era. Not here: any table of a capability. Each package above
// owns its tables and keeps its SQL in its own store.go; only the migration files stand together, in migrations/.
//
// SQL is portable: placeholders are written ?, and migrations write {id} for a 64-bit integer primary key and {bytes}
// for binary. Where the engines must differ, both bodies stand side by side behind DB.Dialect.
package record
