#!/usr/bin/env bash
# Every check that a change must pass, in the order in which they fail fastest.
# Starts every server it needs and stops them; leaves nothing behind.
set -euo pipefail
cd "$(dirname "$0")/../.."

: "${CARGO_TARGET_DIR:=${XDG_CACHE_HOME:-$HOME/.cache}/sbw/target}"
export CARGO_TARGET_DIR
export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
export INSTA_UPDATE=no INSTA_WORKSPACE_ROOT="$PWD"

step() { printf '\n== %s (%s s)\n' "$*" "$SECONDS"; }

step format
cargo fmt --all -- --check

step scripts
# shellcheck disable=SC2046 # the list is file names of this repository, none with blanks
shellcheck $(git grep -lE '^#!(/usr/bin/env bash|/bin/bash|/bin/sh)$')

step templates
infra/aws/lint

step dependencies
cargo deny --log-level error check bans licenses sources
# The advisories are fetched from a repository of their own: only where asked.
if [ -n "${SBW_ADVISORIES:-}" ]; then
    cargo deny --log-level error check advisories
fi

step lints
cargo clippy --workspace --all-targets --locked -- -D warnings

step "the Lambda binaries, as they are deployed"
# With sbw-local in the same command, so that one build of the dependencies
# serves these and `make demo`.
cargo build --release --locked -p sbw-ingest -p sbw-etl -p sbw-local --bins

step "the Lambda zips, as deploy uploads them"
zips=$(mktemp -d)
# Kept for the tests' servers, which root runs as somebody else.
SBW_EMPTY_CLUSTERS=$(mktemp -d)
chmod 755 "$SBW_EMPTY_CLUSTERS"
export SBW_EMPTY_CLUSTERS
trap 'rm -rf "$zips" "$SBW_EMPTY_CLUSTERS"' EXIT
infra/aws/functions "$zips" "$(uname -m | sed s/aarch64/arm64/)" --from "$CARGO_TARGET_DIR/release"
mkdir "$zips/unzipped"
for name in clickstream-lambda-ingest sbw-etl; do
    unzip -q "$zips/$name.zip" bootstrap -d "$zips/$name.d"
    mv "$zips/$name.d/bootstrap" "$zips/unzipped/$name"
done
# arm64, the default of deploy, is built where its standard library is there.
if [ -d "$(rustc --print sysroot)/lib/rustlib/aarch64-unknown-linux-gnu" ]; then
    infra/aws/functions "$zips/arm64" arm64
else
    echo "arm64: not built, this toolchain has no standard library for it (rustup target add aarch64-unknown-linux-gnu)"
fi

step tests
SBW_LAMBDA_DIR="$zips/unzipped" cargo nextest run --workspace --locked --profile ci

step "the newest PostgreSQL: schema, refresh, views against the oracle, a loader that is killed"
SBW_PG_BIN=$(infra/setup/newer-postgres) SBW_ORACLE_CASES=20 cargo nextest run --workspace --locked --profile ci \
    -E "(package(sbw-queries) & test(/^(migrate|rollups|rights|oracle)::/)) | (package(sbw-etl) & test(/^(kill|refresh)::/))"

step "fuzzing"
fuzz/run 15 -seed=1

step "the shop"
SBW_LAMBDA_DIR="$zips/unzipped" infra/setup/check-shop.sh

step "the shop and the platform together"
(cd shop && PATH=$(../infra/setup/node-path):$PATH npm run --silent test:platform)

step "the AWS side"
"${XDG_CACHE_HOME:-$HOME/.cache}/sbw/aws/bin/pytest" -n 2 --dist loadfile infra/tests

step "the Shiny app"
shiny/tests/run

step "all passed"
