// Package chart draws charts on the server: a chart is a Go value, turned into an ECharts option, drawn as SVG by ECharts
// itself in an embedded JavaScript engine. The drawing carries no style sheet, no style attribute and no script, its
// colours are the page's own tokens, so that it follows the theme and the Content-Security-Policy.
//
// No figure is computed here and no page is written here: the caller shows beside it the table that says the same.
package chart
