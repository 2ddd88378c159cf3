// Package customer is the one reference of customers: persons, the identities by which sources name them (CRM
// reference, e-mail, phone), their typed attributes and consent, merging and unmerging.
//
// A feedback holds an identity and identity → person is joined, so that a merge rewrites nothing. Not here: feedback
// (collect), advisers and users (people), figures (insight). Every function that returns customers takes a people.Scope.
package customer
