// Package mailtest gives tests a mail server and a mailbox that speak the real protocols on this machine.
//
// Not here: anything the program itself runs.
package mailtest
