# make build   bin/vigie
# make demo    build, then serve the demo company on :8080
# make test    everything: generated code, vet, unit, property, both databases, HTTP, browser, accessibility
# make clean   what was built
#
# Needs Go and make. What else is missing (a C++ compiler, Node, npm, Chromium, PostgreSQL) is installed with apt-get
# when run as root on Debian, and named otherwise.

SHELL := /bin/sh
GO ?= go
export CGO_ENABLED := 1
# One set of compiled packages for the program, vet and the tests that run without the race detector.
export GOFLAGS := -trimpath $(GOFLAGS)

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X main.version=$(VERSION)
TEST_FLAGS ?=

.PHONY: all build demo test check short clean postgres tools-build tools-test
all: build

tools-build:
	@tools/need.sh g++:g++ node:nodejs npm:npm

tools-test: tools-build
	@tools/need.sh chromium:chromium initdb:postgresql

include assets/assets.mk

build: tools-build assets
	$(GO) build -ldflags '$(LDFLAGS)' -o bin/vigie ./cmd/vigie

demo: build
	bin/vigie demo --listen :8080

postgres:
	@tools/postgres.sh start

# Under the race detector, but what is third-party, computes alone and takes half of the time: the SQLite that modernc.org
# made of C, the JavaScript engine, YAML. DuckDB's C++ is not watched either. vet has run over everything before.
RACE := -race -vet=off -ldflags=-w -gcflags=modernc.org/sqlite/lib=-race=false -gcflags=github.com/dop251/goja=-race=false -gcflags=github.com/goccy/go-yaml/...=-race=false
# Those that walk, read or kill a great deal, one thing after the other: three times as quick without the detector.
WALKS := ^(TestEveryPageIs|TestEveryRoute|TestEveryLink|TestPagesAreWellFormed|TestNoPageSays|TestKilledAtAnyMoment|TestHostileFilesAreImported|TestHostileCells|TestPublicServices|TestAirline|TestAThousand)
# The longest first, so that the others run beside it; tests wait more than they compute, hence more at a time than cores.
LONG := ./cmd/vigie ./internal/web
WALKED := $(LONG) ./internal/api ./internal/listen/intake
REST := $$($(GO) list ./... | grep -v -e /cmd/vigie$$ -e /internal/web$$ -e /internal/demo$$)

# CI=true makes a missing PostgreSQL or Chromium a failure instead of a skip. The demo's two years are told without the
# race detector, which makes them ten times longer: nothing in them is concurrent but the drip.
test: tools-test build postgres
	@test -z "$$(gofmt -l cmd internal tools assets/*.go)" || { gofmt -l cmd internal tools assets/*.go; echo "not gofmt-ed"; exit 1; }
	$(GO) vet ./...
	@export CI=true GORACE=atexit_sleep_ms=0 GOGC=300; status=0; \
	$(GO) test $(RACE) -timeout 30m -parallel 4 $(TEST_FLAGS) -skip '$(WALKS)' $(LONG) $(REST) || status=1; \
	$(GO) test $(RACE) -timeout 30m -run Drip ./internal/demo || status=1; \
	$(GO) test -vet=off -ldflags=-w -timeout 30m -parallel 4 $(TEST_FLAGS) -run '$(WALKS)' $(WALKED) || status=1; \
	$(GO) test -vet=off -timeout 30m $(TEST_FLAGS) ./internal/demo || status=1; \
	tools/postgres.sh stop; exit $$status

# What a developer runs between two edits.
short: postgres
	$(GO) test -short ./...

clean:
	rm -rf bin assets/dist/* assets/node_modules
