// Package invite decides who is asked, about what, when and how, and never too often: the solicitation policy (applied
// last, in one place), invitations and their states, and the preferences customers set themselves.
//
// Not here: questionnaires (listen/survey), how a message leaves the house (channel), how answers enter (collect).
package invite
