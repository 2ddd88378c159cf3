// Package response is one person answering one survey: opened by a link, answered piece by piece, resumed, completed,
// and told to the one door as one feedback that is amended as answers come.
//
// Not here: what a survey is (listen/survey), how it looks (web), who is asked (listen/invite).
package response
