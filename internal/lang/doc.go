// Package lang renders words, numbers and dates in the reader's language. The catalogues live in
// words/<area>.<tag>.yaml, one pair of files an area, flat ids, and are part of the binary.
//
// Text comes out plain: whoever writes HTML escapes it. No page, no route and no rule about customers lives here;
// the package imports nothing of ours but cx.
package lang
