// Package media keeps the files that people send with their answers: it tells what each is by its content, takes out what
// it says of who made it and where, and keeps it as a blob until it is erased.
//
// Not here: who may see a file (listen/collect asks the perimeter), what a survey asks for (listen/survey), pages.
package media
