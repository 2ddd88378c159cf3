// Package sms is how short messages leave the house and how their answers are read: lengths and parts, gateways over
// HTTP, replies.
//
// Not here: who is asked (listen/invite), what a question is (listen/survey).
package sms
