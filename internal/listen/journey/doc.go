// Package journey holds the customers' journeys: stages, touchpoints and what the brand promises there, with their
// versions, in YAML both ways, and the templates a company may start from.
//
// Not here: figures and weather (insight, cx), indicators themselves (listen/catalogue), feedback (collect).
package journey
