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
        # apt need not ask who signed it: the release, which is signed, has the hash of
        # the index, and the index those of the packages.
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
    if [ -n "$ARTEFACTS" ]; then check_index "$here/index.sha256" "${options[@]}"; fi
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

# check_index HASH OPTION...: whether the index that apt has fetched is the one meant.
check_index() {
    local expected=$1 indices
    shift
    # shellcheck disable=SC2016 # a word of apt's
    mapfile -t indices < <(apt-get "$@" indextargets --format '$(FILENAME)' 'Created-By: Packages')
    /usr/lib/apt/apt-helper cat-file "${indices[@]}" | sha256sum | cmp -s - "$expected" ||
        die "the packages in the bucket are not those of this release, nothing was installed: run deploy again"
}
