#!/usr/bin/env bash
# Every check of the Node parts: format, types, the SDK in a real browser against the real ingest program, the shop
# against a real PostgreSQL and in a real browser. The ingest program is taken from SBW_LAMBDA_DIR, else from cargo's target folder.
set -euo pipefail
cd "$(dirname "$0")/../.."

: "${CARGO_TARGET_DIR:=${XDG_CACHE_HOME:-$HOME/.cache}/sbw/target}"
export CARGO_TARGET_DIR
PATH=$(infra/setup/node-path):$PATH
export PATH
cd shop

npm run --silent check
npm run --silent types --workspace sdk
npm run --silent build --workspace sdk
npm run --silent test --workspace sdk
npm run --silent build
npm run --silent types
npm run --silent test
