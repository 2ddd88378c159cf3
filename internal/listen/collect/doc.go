// Package collect is the one door: every feedback enters here, is validated, resolved (touchpoint, unit, customer),
// written with others in one durable transaction, and only then acknowledged.
//
// Also here, because they own the same tables: amending, quarantine and its repair, erasing. Not here: reading files
// (intake), figures (insight), who may read what (people).
package collect
