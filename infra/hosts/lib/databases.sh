# The databases, their roles, and the passwords of these.
# shellcheck shell=bash

set_up_warehouse() {
    make_database
    migrate_warehouse
    give_password sbw_loader loader-password
    give_password sbw_reader reader-password
}

# Also renews all grants, which is what a restored database needs.
migrate_warehouse() {
    say "warehouse: migrating"
    as_postgres env DWH_HOST=/var/run/postgresql DWH_USER=postgres DWH_DATABASE="${1:-$database}" \
        "$(etl_program)" migrate
}

# As `postgres`, who may not look into /opt/sbw/releases if root's umask was strict.
etl_program() {
    install -m 755 -D "$here/../bin/sbw-etl" /usr/local/bin/sbw-etl
    echo /usr/local/bin/sbw-etl
}

set_up_shop() {
    make_database
    migrate_shop
    say "shop: catalogue"
    {
        cat "$here/../oltp/catalogue_stage.sql"
        echo "copy catalogue from stdin (format csv, header);"
        cat "$here/../oltp/catalogue.csv"
        printf '\\.\n'
        cat "$here/../oltp/catalogue_merge.sql"
    } | shop_sql "$database"
    give_password web_app app-password
    # What the shop seals its cookies with; it reads the parameter at its start.
    secret session-key >/dev/null
}

# Also renews all grants, which is what a restored database needs.
migrate_shop() {
    say "shop: schema"
    shop_sql "${1:-$database}" <"$here/../oltp/schema.sql"
}

# By stdin: the files are root's, the session is postgres's.
shop_sql() {
    as_postgres psql -X -q -v ON_ERROR_STOP=1 --single-transaction -d "$1"
}

make_database() {
    local there
    there=$(as_postgres psql -X -A -t -c "select 1 from pg_database where datname = '$database'")
    [ "$there" = 1 ] || as_postgres createdb --encoding=UTF8 --locale=C.UTF-8 --template=template0 "$database"
    as_postgres psql -X -q -v ON_ERROR_STOP=1 -d "$database" -c "revoke all on database $database from public"
}

# give_password ROLE SECRET. Neither an argument nor a log shows it.
give_password() {
    local password
    password=$(secret "$2")
    {
        echo "set log_statement = 'none'; set log_min_duration_statement = -1; set log_min_error_statement = 'panic';"
        printf "alter role %s password '%s';\n" "$1" "${password//\'/\'\'}"
    } | as_postgres psql -X -q -v ON_ERROR_STOP=1 >/dev/null
}
