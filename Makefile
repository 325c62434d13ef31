# Malaposta: `make help` tells what there is.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

BUILD_PACKAGES := pkg-config libsqlite3-dev libssl-dev libcrypt-dev libidn2-dev libldap-dev libunbound-dev libldns-dev libsystemd-dev
TEST_PACKAGES := $(BUILD_PACKAGES) python3 python3-jsonschema python3-yaml strace swaks libnet-ssleay-perl isync chromium whois fonts-inter fonts-noto-cjk procps curl openssl nsd bind9 bind9-utils bind9-dnsutils dns-root-data
RUN_PACKAGES := $(BUILD_PACKAGES) swaks curl dns-root-data
RELEASE := swift build -c release --static-swift-stdlib
RUN_FOLDER := .run

.PHONY: help deps test-deps check-build build run clean-run test lint format bench fuzz clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

deps: ## Install the Debian packages that building and the example host need
	@packaging/install-packages $(RUN_PACKAGES)

test-deps: ## Install the Debian packages that the tests need
	@packaging/install-packages $(TEST_PACKAGES)

check-build:
	@packaging/check-build

build: check-build ## Build the three programs, optimised, with the Swift runtime inside
	@[[ -d .build/release ]] || echo "First build: about 10 minutes on two cores; later ones take one or two."
	$(RELEASE)

run: deps build ## Start the example host of etc/ on loopback; Ctrl-C stops it
	@.build/release/malaposta supervise --configuration etc --data $(RUN_FOLDER) --templates templates --demo

clean-run: ## Remove the example host's data
	rm -rf $(RUN_FOLDER)

test: test-deps check-build ## Install what the tests need, build, and run every test
	@[[ -d .build/debug ]] || echo "First build: about 8 minutes on two cores."
	swift build --build-tests
	@# One module after the other: side by side they would starve the tests that hold deadlines.
	@for tests in Tests/*Tests Tests/Fuzz; do swift test --skip-build --filter "^$$(basename "$$tests")\\." || exit 1; done
	python3 -m unittest discover -s Tests/Lint
	python3 -m unittest discover -v -s Tests/EndToEnd

lint: ## Check formatting, and that every import is declared and goes to a lower floor
	swift format lint --strict --parallel --recursive Package.swift Sources Tests
	python3 Tests/Lint/check_imports.py

format: ## Format all sources in place
	swift format --in-place --parallel --recursive Package.swift Sources Tests

bench: build ## Measure beside Dovecot and Postfix (see Tests/Benchmarks)
	Tests/Benchmarks/run

fuzz: check-build ## Fuzz every parser with libFuzzer, for a minute together (TARGET=mime FUZZ_SECONDS=600: one alone)
	TARGET="$(TARGET)" FUZZ_SECONDS=$(or $(FUZZ_SECONDS),60) Tests/Fuzz/run

clean: ## Remove everything built
	rm -rf .build
