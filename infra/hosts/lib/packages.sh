# Packages, without the internet: from the artefact bucket, by the S3 endpoint.
# shellcheck shell=bash

install_packages() {
    local list=/etc/apt/sources.list.d/sbw.list codename packages options=()
    codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
    mapfile -t packages < <(grep -v '^#' "$1")

    # The cluster is made when its package is installed, and how is asked then.
    mkdir -p /etc/postgresql-common
    write /etc/postgresql-common/createcluster.conf 644 root <<'CONF'
create_main_cluster = true
start_conf = auto
add_include_dir = 'conf.d'
initdb_options = '--encoding=UTF8 --locale=C.UTF-8 --data-checksums --auth-local=peer --auth-host=scram-sha-256'
CONF
    if [ -n "$ARTEFACTS" ]; then
        # Unsigned: the bucket is private, written by `deploy` alone and reached by TLS,
        # and it is where these scripts come from as well.
        echo "deb [trusted=yes] $ARTEFACTS/debian $codename-$(dpkg --print-architecture)/" >"$list"
        options=(-o "Dir::Etc::sourcelist=$list" -o Dir::Etc::sourceparts=/dev/null)
    fi
    if dpkg-query -W -f '${Status}\n' "${packages[@]}" 2>/dev/null | grep -cx 'install ok installed' | grep -qx "${#packages[@]}" &&
        [ -z "${SBW_UPGRADE:-}" ]; then
        say "packages: all ${#packages[@]} there"
        return
    fi
    say "packages: installing ${packages[*]}"
    apt-get "${options[@]}" -qq update
    DEBIAN_FRONTEND=noninteractive apt-get "${options[@]}" -qq -y --no-install-recommends \
        -o Dpkg::Options::=--force-confold -o Dpkg::Use-Pty=0 install "${packages[@]}" >"$state/packages.log" 2>&1 || {
        tail -n 20 "$state/packages.log" >&2
        die "the packages could not be installed; the whole story is in $state/packages.log"
    }
    if [ -n "${SBW_UPGRADE:-}" ]; then
        say "packages: upgrading"
        DEBIAN_FRONTEND=noninteractive apt-get "${options[@]}" -qq -y --no-install-recommends \
            -o Dpkg::Options::=--force-confold -o Dpkg::Use-Pty=0 upgrade >>"$state/packages.log" 2>&1
    fi
    rm -rf /var/cache/apt/archives/*.deb
}
