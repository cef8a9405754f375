# What deploy, tunnel and teardown share: words, settings, stacks.
# shellcheck shell=bash disable=SC2034 # read by who sources it

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

infra=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
mapfile -t stacks <"$infra/aws/stacks"
# Parameters by name: of the environment's file, found out, or outputs of earlier stacks.
declare -A given=()
prefix=sbw
export AWS_DEFAULT_REGION=ap-southeast-1 AWS_PAGER=

# An environment's file has NAME=VALUE lines: parameters of the templates, and
# StackPrefix and Region. None is needed for the first environment.
read_environment() {
    local line name value
    [ -r "$1" ] || die "cannot read $1: name an environment's file"
    while IFS= read -r line || [ -n "$line" ]; do
        case "$line" in "" | "#"*) continue ;; esac
        name=${line%%=*} value=${line#*=}
        [[ $line == *=* && $name =~ ^[A-Za-z0-9]+$ ]] || die "$1: a line is NAME=VALUE, this is not: $line"
        case "$name" in
        StackPrefix) prefix=$value ;;
        Region) export AWS_DEFAULT_REGION=$value ;;
        *)
            is_parameter "$name" || die "$1: no template has a parameter $name"
            given[$name]=$value
            ;;
        esac
    done <"$1"
}

# The names of a template's parameters: keys two blanks deep in its Parameters.
parameters_of() {
    awk '/^[A-Za-z]/ { inside = /^Parameters:/ } inside && /^  [A-Za-z0-9]+:/ { sub(/:.*/, ""); print $1 }' "$infra/aws/$1.yaml"
}

is_parameter() {
    local stack
    for stack in "${stacks[@]}"; do
        if parameters_of "$stack" | grep -qx "$1"; then return; fi
    done
    return 1
}

# Reads a stack's outputs into `given`; fails if there is no such stack.
learn_outputs() {
    local name value rows
    rows=$(aws cloudformation describe-stacks --stack-name "$prefix-$1" \
        --query 'Stacks[0].Outputs[].[OutputKey,OutputValue]' --output text 2>/dev/null) || return 1
    while IFS=$'\t' read -r name value; do
        [ -z "$name" ] || given[$name]=$value
    done <<<"$rows"
}
