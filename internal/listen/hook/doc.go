// Package hook reads what comes by itself: the end of a chat or of a call with its score and transcript, reviews and posts
// found elsewhere, letters to a mailbox. Each becomes one collect.Incoming; what comes later on the same conversation amends
// it.
//
// Not here: HTTP (api), files (listen/intake), how a mailbox is read (channel/mail).
package hook
