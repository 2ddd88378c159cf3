// Package people knows the organisation and who may see what: units, users, roles, API keys, sessions, the audit
// trail, and Scope, which only this package makes.
//
// Not here: customers (listen/customer), pages.
package people
