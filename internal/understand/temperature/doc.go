// Package temperature reads one customer before a call or a meeting: how warm they are, what hurt, what is still open, what
// to say and what not to.
//
// Here: the rules, as one pure function over what the customer said, so that each can be read, tried and argued with. A
// rule never invents a fact: it names the feedback it comes from, or the consent. A room of its own and not a part of
// listen/customer, which knows who somebody is but neither their feedback nor the boxes of a metric. Not here: reading
// the feedback (collect), judging a score (cx), words on a page (web and lang).
package temperature
