// Package catalogue holds what is measured: metrics (a wording and a scale), indicators (named, governed figures) and
// attributes (what else is known of a feedback), with the history of their changes, since a changed choice restates
// figures and is shown.
//
// Not here: arithmetic (cx), scores (collect), figures (insight), journeys (listen/journey).
//
// NPS, Net Promoter and Net Promoter Score are registered trademarks of Bain & Company, Inc., Fred Reichheld and NICE
// Systems, Inc.; the catalogue's own text says so (message catalogue.trademark).
package catalogue
