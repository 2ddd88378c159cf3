// Package mail is how e-mails leave the house and what comes back of them: failures, complaints, automatic answers.
//
// Not here: who is written to (listen/invite), what an answer is (listen/intake).
package mail
