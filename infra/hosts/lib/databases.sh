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

# carry_removals FROM TO. Who was erased or excluded since the dump stays so. The raw bucket has a record of
# erasures, too, for when FROM is lost: "sbw-etl erase --again".
carry_removals() {
    [ "$(as_postgres psql -X -A -t -d "$1" -c "select to_regclass('etl.erasures') is not null")" = t ] || return 0
    say "carrying over who was erased and excluded since"
    {
        carried etl.erasures "$1" "kind, digest, salt, erased_at"
        carried etl.exclusions "$1" "kind, value, reason, since, excluded_by"
        echo "select etl.take_out_erased(), etl.take_out(null, null);"
    } | as_postgres psql -X -q -v ON_ERROR_STOP=1 --single-transaction -d "$2" >/dev/null
}

# carried TABLE DATABASE COLUMNS. The statements that add its rows elsewhere.
carried() {
    echo "create temporary table carried on commit drop as select $3 from $1 limit 0;"
    echo "copy carried from stdin;"
    as_postgres psql -X -q -v ON_ERROR_STOP=1 -d "$2" -c "copy (select $3 from $1) to stdout"
    printf '\\.\n'
    echo "insert into $1 ($3) select $3 from carried on conflict do nothing; drop table carried;"
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
