# What every script of a host starts with: settings, words, AWS, secrets.
# shellcheck shell=bash
#
# /etc/sbw/settings:
#   HOST_ROLE       warehouse or oltp
#   ARTEFACTS       where packages and releases are, as a URL; empty: the machine's own packages
#   BACKUP_BUCKET   where dumps and figures go; empty: nowhere
#   PARAMETERS      where generated secrets are, as a path of SSM parameters; empty: in /var/lib/sbw
#   AWS_REGION, AWS_ENDPOINT_URL
#   ADDRESS         this host's own address
#   LOADER_CIDR     warehouse: where the loader comes from

# A failure within $( ) is one, too.
shopt -s inherit_errexit
. "${SBW_SETTINGS:-/etc/sbw/settings}"
: "${HOST_ROLE:?}" "${ARTEFACTS=}" "${BACKUP_BUCKET=}" "${PARAMETERS=}" "${AWS_ENDPOINT_URL=}" "${ADDRESS:=127.0.0.1}"
export AWS_REGION AWS_DEFAULT_REGION=${AWS_REGION:-ap-southeast-1}
state=/var/lib/sbw
case "$HOST_ROLE" in warehouse) database=clickstream_dw ;; *) database=clickstream_web ;; esac

say() { printf 'sbw: %s\n' "$*"; }
die() { printf 'sbw: %s\n' "$*" >&2; exit 1; }

install -d -m 700 "$state"

# The client of Debian 12 does not know the variable.
aws() { command aws ${AWS_ENDPOINT_URL:+--endpoint-url "$AWS_ENDPOINT_URL"} "$@"; }

as_postgres() { (cd / && runuser -u postgres -- "$@"); }

# Replaces a file by what comes on stdin, if it differs, and says so in `wrote`: not by
# its status, as within a condition bash would go on after a failure.
# write FILE MODE OWNER
write() {
    local new
    wrote=
    new=$(mktemp "$1.XXXXXX")
    cat >"$new"
    chown "$3" "$new"
    chmod "$2" "$new"
    if cmp -s "$new" "$1"; then
        rm -f "$new"
        chown "$3" "$1"
        chmod "$2" "$1"
        return
    fi
    mv "$new" "$1"
    wrote=1
}

in_systemd() { [ -d /run/systemd/system ]; }

# Something for others to read, such as the root certificate.
remember() {
    if [ -n "$PARAMETERS" ]; then
        aws ssm put-parameter --name "$PARAMETERS/$1" --type String --overwrite --value "$2" >/dev/null
    else
        printf '%s\n' "$2" >"$state/$1"
    fi
}

# Prints a secret. A parameter that is not there is told from one that cannot be
# read: to make a new password then would lock everybody out.
recall_secret() {
    local answer
    if [ -z "$PARAMETERS" ]; then cat "$state/$1" 2>/dev/null || return 2; return; fi
    if answer=$(aws ssm get-parameter --name "$PARAMETERS/$1" --with-decryption --query Parameter.Value --output text 2>&1); then
        printf '%s' "$answer"
    elif [[ $answer == *ParameterNotFound* ]]; then
        return 2
    else
        die "cannot read the parameter $PARAMETERS/$1: $answer"
    fi
}

# Keeps the secret that comes on stdin; it is never an argument, which everybody
# on a machine can read.
keep_secret() {
    local request
    if [ -z "$PARAMETERS" ]; then
        (umask 077 && cat >"$state/$1")
        return
    fi
    # In memory; the client reads it more than once, so it cannot be a pipe.
    request=$(mktemp /run/sbw.XXXXXX)
    jq -Rs --arg name "$PARAMETERS/$1" '{Name: $name, Type: "SecureString", Overwrite: true, Value: .}' >"$request"
    aws ssm put-parameter --cli-input-json "file://$request" >/dev/null || { rm -f "$request"; die "cannot keep the parameter $PARAMETERS/$1"; }
    rm -f "$request"
}

# Prints the secret, made now if it was not there.
secret() {
    local value status=0
    value=$(recall_secret "$1") || status=$?
    [ "$status" -eq 0 ] || [ "$status" -eq 2 ] || exit "$status"
    if [ -z "$value" ]; then
        value=$(openssl rand -hex 24)
        printf '%s' "$value" | keep_secret "$1"
    fi
    printf '%s' "$value"
}
