// Package respond is what those who are asked see: a survey, question by question, and its thanks. No session, no cookie,
// nothing that needs a script, and as few bytes as can be.
//
// Not here: the pages of those who work with Vigie (web), what a survey is (listen/survey), what becomes of an answer
// (listen/response).
package respond
