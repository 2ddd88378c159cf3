// Package api is the door for programs: REST under /api/v1 with bearer keys, its OpenAPI description and a page to read
// it, health and metrics.
//
// A handler reads the request, asks the package that owns the answer, and writes it. Not here: rules about feedback
// (collect), figures (insight), who may see what (people), pages for persons (web).
package api
