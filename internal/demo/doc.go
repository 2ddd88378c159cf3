// Package demo is the demo company: the story of Filambre (story.yaml) with its words (texts/), read by a deterministic
// generator, and put through the same stores and the same door as anybody's data.
//
// Not here: any figure or text a page could show that did not come through the door, and anything a real company's
// installation would need.
package demo
