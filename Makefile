# Malaposta: `make help` tells what there is.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

BUILD_PACKAGES := pkg-config libsqlite3-dev libssl-dev libcrypt-dev libidn2-dev libldap-dev libunbound-dev libldns-dev libsystemd-dev zlib1g-dev
TEST_PACKAGES := $(BUILD_PACKAGES) python3 python3-jsonschema python3-yaml strace swaks libnet-ssleay-perl isync chromium whois fonts-inter fonts-noto-cjk procps curl openssl iproute2 slapd ldap-utils nsd bind9 bind9-utils bind9-dnsutils dns-root-data samba samba-ad-provision samba-dsdb-modules samba-vfs-modules winbind python3-samba
PACKING_PACKAGES := $(BUILD_PACKAGES) build-essential debhelper dpkg-dev patchelf po-debconf python3
MACHINE_PACKAGES := systemd-container debootstrap dpkg-dev
# Which programs the package test packs: those of `make build`, or those that the tests have built.
PACKAGED := release
SWIFT_RUNTIME = $(abspath $(dir $(realpath $(shell command -v swift)))/../lib/swift/linux)
LINE := ==============================================================================
RUN_PACKAGES := $(BUILD_PACKAGES) swaks curl dns-root-data
RELEASE := swift build -c release --static-swift-stdlib
RUN_FOLDER := .run

.PHONY: help deps test-deps check-build build run clean-run test test-package deb lint format bench fuzz clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

deps: ## Install the Debian packages that building and the example host need
	@packaging/install-packages $(RUN_PACKAGES)

test-deps: ## Install the Debian packages that the tests need
	@packaging/install-packages $(TEST_PACKAGES)

check-build:
	@packaging/check-build

build: check-build ## Build the three programs, optimised, with the Swift runtime inside
	@[[ -d .build/release ]] || echo "First build: about 15 minutes on two cores; later ones take one or two."
	$(RELEASE)

run: deps build ## Start the example host of etc/ on loopback; Ctrl-C stops it
	@.build/release/malaposta supervise --configuration etc --data $(RUN_FOLDER) --templates templates --demo

clean-run: ## Remove the example host's data
	rm -rf $(RUN_FOLDER)

test: test-deps check-build ## Install what the tests need, build, and run every test
	@[[ -d .build/debug ]] || echo "First build: about 10 minutes on two cores."
	swift build --build-tests
	@# One module after the other: side by side they would starve the tests that hold deadlines.
	@for tests in Tests/*Tests Tests/Fuzz; do swift test --skip-build --filter "^$$(basename "$$tests")\\." || exit 1; done
	python3 -m unittest discover -s Tests/Lint
	python3 -m unittest discover -v -s Tests/EndToEnd
	$(MAKE) test-package PACKAGED=debug

deb: check-build ## Build the Debian packages into .build/deb
	@packaging/install-packages $(PACKING_PACKAGES) lintian
	$(RELEASE)
	rm -rf .build/deb
	packaging/build-deb
	lintian --fail-on error,warning .build/deb/malaposta_*.changes

test-package: ## Install the Debian packages on a machine of its own, and use them; needs root and systemd-nspawn
	@# Who may not install packages is told; where they may and it fails, the test has failed.
	@if [[ $$(id -u) != 0 ]]; then \
	    printf '%s\n' '' '$(LINE)' '  THE PACKAGE TEST DOES NOT RUN: it needs root, systemd-nspawn and debootstrap.' '$(LINE)'; \
	    exit 0; \
	fi; \
	packaging/install-packages $(MACHINE_PACKAGES); \
	if [[ $(PACKAGED) = debug ]]; then packaging/install-packages $(PACKING_PACKAGES) && \
	    PROGRAMS=$(CURDIR)/.build/debug RUNTIME=$(SWIFT_RUNTIME) QUICK=1 python3 Tests/Package/test_package.py; \
	else $(MAKE) deb && python3 Tests/Package/test_package.py; fi

lint: ## Check formatting, and that every import is declared and goes to a lower floor
	swift format lint --strict --parallel --recursive Package.swift Sources Tests
	python3 Tests/Lint/check_imports.py

format: ## Format all sources in place
	swift format --in-place --parallel --recursive Package.swift Sources Tests

bench: build ## Measure beside Dovecot, Postfix and Roundcube (see Tests/Benchmarks)
	Tests/Benchmarks/run

fuzz: check-build ## Fuzz every parser with libFuzzer, for a minute together (TARGET=mime FUZZ_SECONDS=600: one alone)
	TARGET="$(TARGET)" FUZZ_SECONDS=$(or $(FUZZ_SECONDS),60) Tests/Fuzz/run

clean: ## Remove everything built
	rm -rf .build
