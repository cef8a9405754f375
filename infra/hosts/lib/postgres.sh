# The server: its settings, who may come, and TLS.
# shellcheck shell=bash

set_up_postgres() {
    local version cluster changed
    version=$(pg_lsclusters -h | awk '$2 == "main" { print $1 }' | sort -n | tail -1)
    [ -n "$version" ] || die "PostgreSQL has no cluster: look at /var/log/postgresql and run this again"
    cluster=/etc/postgresql/$version/main

    case "$HOST_ROLE" in
    warehouse) : "${LOADER_CIDR:?}" ;;
    esac
    set_up_certificate
    changed=$certified
    # A root for this host: what is behind it proves to be this host.
    remember certificate "$(cat "$tls/root.crt")"
    write "$cluster/conf.d/sbw.conf" 640 postgres: < <(settings_of_server)
    changed+=$wrote
    write "$cluster/pg_hba.conf" 640 postgres: < <(who_may_come)
    changed+=$wrote

    if ! pg_lsclusters -h "$version" main | grep -qw online; then
        control "$version" start
    elif [ -n "$changed" ]; then
        say "PostgreSQL: settings changed, starting it anew"
        control "$version" restart
    fi
    for _ in $(seq 50); do
        if as_postgres pg_isready -q; then return; fi
        sleep 0.2
    done
    die "PostgreSQL does not answer: look at /var/log/postgresql"
}

control() {
    if in_systemd; then systemctl "$2" "postgresql@$1-main"; else pg_ctlcluster "$1" main "$2"; fi
}

# For a machine that does little else. Sizes follow its memory, in MiB.
settings_of_server() {
    local memory
    memory=$(awk '/^MemTotal/ { print int($2 / 1024) }' /proc/meminfo)
    cat <<CONF
# Written by the bootstrap of SBW; changes by hand are lost. Put yours after it.
listen_addresses = '*'
max_connections = 50
shared_buffers = $((memory / 4))MB
effective_cache_size = $((memory * 5 / 8))MB
maintenance_work_mem = $((memory / 16 > 1024 ? 1024 : memory / 16))MB
work_mem = 16MB
# gp3: seeks cost little more than reads in order.
random_page_cost = 1.1
effective_io_concurrency = 200
# Loads come in bursts; a checkpoint in the middle of each would write pages twice.
max_wal_size = 4GB
checkpoint_timeout = 15min
wal_compression = on
# Rows are only added: without this their pages are frozen all at once, some day.
autovacuum_vacuum_insert_scale_factor = 0.05

ssl = on
ssl_cert_file = '$tls/server.crt'
ssl_key_file = '$tls/server.key'
ssl_min_protocol_version = 'TLSv1.2'
password_encryption = 'scram-sha-256'

timezone = 'UTC'
log_timezone = 'UTC'
log_checkpoints = off
log_connections = off
log_min_duration_statement = 10s
# Parameters are what visitors sent.
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
# A peer that is gone is noticed, tunnels included.
tcp_keepalives_idle = 60
tcp_keepalives_interval = 15
tcp_keepalives_count = 4
client_connection_check_interval = 10s
CONF
}

who_may_come() {
    cat <<'HBA'
# Written by the bootstrap of SBW; changes by hand are lost.
# type    database         user        address        method
local     all              postgres                   peer
local     all              all                        scram-sha-256
HBA
    case "$HOST_ROLE" in
    warehouse)
        cat <<HBA
# Through SSM, whose agent speaks from this host; and the Shiny app.
hostssl   clickstream_dw   sbw_reader  127.0.0.1/32   scram-sha-256
hostssl   clickstream_dw   sbw_reader  ::1/128        scram-sha-256
# An operator's command line, through SSM.
hostssl   clickstream_dw   sbw_loader  127.0.0.1/32   scram-sha-256
hostssl   clickstream_dw   sbw_loader  ::1/128        scram-sha-256
hostssl   clickstream_dw   sbw_loader  $LOADER_CIDR scram-sha-256
HBA
        ;;
    oltp)
        cat <<'HBA'
# From where is the security group's to say, which changes without this host.
hostssl   clickstream_web  web_app     all           scram-sha-256
HBA
        ;;
    esac
}
