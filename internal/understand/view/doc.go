// Package view keeps questions under a name, for their owner, for those of one unit or one role, or for everybody. A view holds an
// address and no figure: whoever opens it sees what their own perimeter lets them see.
//
// Not here: what a question is (insight, web), who somebody is (people).
package view
