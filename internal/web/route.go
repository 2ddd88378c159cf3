package web

import (
	"net/http"

	"vigie/internal/people"
)

// handler answers one request or gives the error that serve.go turns into a page.
type handler func(w http.ResponseWriter, r *http.Request, v *visit) error

// Route is one address, with who may open it on the line.
type Route struct {
	Method, Path string
	// Right needed; 0 is anybody signed in, Anyone needs no session.
	Right people.Right
	serve handler
}

// Anyone marks the routes open to nobody in particular.
const Anyone people.Right = -1

// Routes gives every route of the pages, area by area.
func (s *Server) Routes() []Route {
	var all []Route
	for _, area := range [][]Route{
		s.doorRoutes(),
		s.setupRoutes(),
		s.homeRoutes(), s.wallRoutes(), s.brandRoutes(),
		s.cockpitRoutes(),
		s.touchpointRoutes(),
		s.verbatimRoutes(),
		s.customerRoutes(),
		s.explorerRoutes(),
		s.listenRoutes(), s.importRoutes(),
		s.circumstanceRoutes(),
		s.normRoutes(),
		s.settingsRoutes(),
		s.peopleRoutes(),
		s.accountRoutes(),
		s.strengthRoutes(),
		s.roleRoutes(), s.ownRoleRoutes(),
		s.auditRoutes(),
		s.councilRoutes(),
		s.unitRoutes(),
		s.protectionRoutes(),
		s.aboutRoutes(),
		s.journeyRoutes(), s.catalogueRoutes(),
		s.goRoutes(),
		s.installRoutes(),
		s.devRoutes(),
		s.trustRoutes(), s.tallyRoutes(), s.noteRoutes(), s.fatalistRoutes(), s.chorusRoutes(),
		s.surveyRoutes(), s.inviteRoutes(), s.invitationRoutes(), s.policyRoutes(), s.ruleRoutes(), s.runRoutes(),
		s.fortnightRoutes(), s.channelRoutes(),
	} {
		all = append(all, area...)
	}
	return all
}
