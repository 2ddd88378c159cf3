# What the browser gets, and the Go of the templates. Included by the Makefile; run from the root of the repository.
#   make assets   builds assets/dist (needs Node's npm once, then nothing but Go)
#   make templ    regenerates the *_templ.go files, which are committed

ASSETS_SOURCES := $(wildcard assets/css/*.css assets/js/*.js) assets/icon.svg assets/icons.txt assets/package-lock.json $(wildcard tools/assets/*.go)
TEMPL_SOURCES  := $(shell find internal -name '*.templ' 2>/dev/null)

.PHONY: assets templ clean-assets

assets: assets/dist/manifest.json

assets/node_modules/.lock: assets/package.json assets/package-lock.json
	cd assets && npm ci --no-audit --no-fund --loglevel=error
	touch $@

assets/dist/manifest.json: $(ASSETS_SOURCES) assets/node_modules/.lock
	go run ./tools/assets assets

templ: .templ-stamp
.templ-stamp: $(TEMPL_SOURCES)
	go tool templ generate -path internal -log-level warn
	@touch $@

clean-assets:
	find assets/dist -mindepth 1 ! -name .keep -delete
	rm -rf assets/node_modules .templ-stamp
