// Package web serves the pages: sessions, filters in the address, one file an area (cockpit, touchpoint, verbatims…),
// live events. A handler parses, a new…Page function asks and builds a plain model, a templ component of package ui draws
// it; serve.go alone turns errors into pages.
//
// Not here: components and styles (ui, assets), drawing of charts (chart), rules and SQL (below), the REST API.
package web
