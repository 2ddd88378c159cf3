// Package ui draws the components of every page, each once: the frame, figures, cards, voices, filters, fields, states.
//
// It takes plain view structs: texts already in the reader's language, addresses already made, numbers only where
// something is drawn to scale. It knows no route, no rule, no store, and imports nothing of ours but cx, lang, assets.
// No inline style, script or handler: the pages' Content-Security-Policy refuses them.
package ui
