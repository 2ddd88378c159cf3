// Package hook reads what other tools tell by themselves: the end of a chat or of a call with its score and transcript,
// reviews and posts found elsewhere. Each becomes one collect.Incoming; what comes later on the same conversation amends it.
//
// Not here: HTTP (api), files (listen/intake), mailboxes (listen/mailbox).
package hook
