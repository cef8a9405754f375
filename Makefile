# `make demo` runs the platform, `make test` passes every test; both install what is missing.
SHELL := /bin/bash
export CARGO_TARGET_DIR ?= $(if $(XDG_CACHE_HOME),$(XDG_CACHE_HOME),$(HOME)/.cache)/sbw/target
ARGS ?=

.PHONY: demo shiny shop setup test test-shop bench fuzz soak

demo: setup
	cargo run --release --locked -p sbw-local -- $(ARGS)

# The same shop in a browser, on port 3838.
shiny:
	infra/setup/setup.sh shiny
	cargo build --release --locked -p sbw-local
	shiny/local.sh $(ARGS)

# The shop in a browser, on port 3000, and the platform that counts what is done there.
shop:
	infra/setup/setup.sh shop
	cd shop && PATH="$$(../infra/setup/node-path):$$PATH" npm run --silent build
	SBW_NODE="$$(infra/setup/node-path)/node" cargo run --release --locked -p sbw-local -- --shop shop/.next/standalone $(ARGS)

setup:
	infra/setup/setup.sh demo

test:
	infra/setup/setup.sh test
	infra/setup/check.sh

# The Node parts alone: the browser SDK and the shop.
test-shop:
	infra/setup/setup.sh test-shop
	cargo build --locked -p sbw-ingest
	infra/setup/check-shop.sh

# The figures of the README; minutes, and only honest on a machine at rest.
bench:
	infra/setup/setup.sh test
	cargo bench --locked -p sbw-ingest -p sbw-etl -p sbw-local --bench handler --bench load
	cargo bench --locked -p sbw-queries -p sbw-tui --bench draw --bench limits --bench views --bench shops --bench strangers

# Each target for ten minutes, or: make fuzz ARGS="3600 raw_object"
fuzz:
	infra/setup/setup.sh demo
	fuzz/run $(or $(ARGS),600)

# An hour under load while everything fails, or: make soak ARGS="--seconds 600 --seed 2"
soak: setup
	cargo run --release --locked -p sbw-soak -- $(ARGS)
