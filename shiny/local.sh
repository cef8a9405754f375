#!/usr/bin/env bash
# The dashboard on a simulated shop of this machine, until Ctrl-C:
#
#   shiny/local.sh [OPTIONS OF SBW-LOCAL]     then open http://127.0.0.1:3838
set -euo pipefail
cd "$(dirname "$0")"

: "${CARGO_TARGET_DIR:=${XDG_CACHE_HOME:-$HOME/.cache}/sbw/target}"
: "${SBW_LOCAL:=$CARGO_TARGET_DIR/release/sbw-local}"
: "${PORT:=3838}"

home=$(mktemp -d "${TMPDIR:-/tmp}/sbw-shiny-XXXXXX")
chmod 711 "$home" # PostgreSQL may be another user
platform=
finish() {
    trap - EXIT INT TERM
    if [ -n "$platform" ]; then kill "$platform" 2>/dev/null || true; wait "$platform" || true; fi
    rm -rf "$home"
}
trap finish EXIT
trap 'exit 130' INT TERM

# Out of reach of Ctrl-C, which would come twice.
setsid "$SBW_LOCAL" --headless --data-dir "$home/platform" "$@" >"$home/log" &
platform=$!
until grep -q '^warehouse  ' "$home/log"; do
    kill -0 "$platform" 2>/dev/null || { cat "$home/log" >&2; exit 1; }
    sleep 0.2
done
address=$(sed -n 's/^warehouse  \([^/]*\)\/.*/\1/p' "$home/log")

export DWH_HOST=${address%:*} DWH_PORT=${address##*:} PGPASSFILE=$home/platform/pgpass
printf 'The dashboard is on http://127.0.0.1:%s; Ctrl-C ends everything.\n' "$PORT"
Rscript -e "shiny::runApp('.', host = '127.0.0.1', port = $PORT, launch.browser = FALSE)"
