# The Shiny app: R behind nginx, which gives it the path /sbw_dashboard on 3838.
# shellcheck shell=bash

set_up_dashboard() {
    local app=$here/../dashboard changed="" password
    if [ ! -e "$app/app.R" ]; then
        say "dashboard: this release has none"
        return
    fi
    id -u sbw-dashboard >/dev/null 2>&1 || useradd --system --home-dir /nonexistent --shell /usr/sbin/nologin sbw-dashboard
    # Where its users could read it, and as one piece.
    rm -rf /srv/sbw/new
    mkdir -p /srv/sbw/new
    cp -rL "$app/." /srv/sbw/new/
    chmod -R u=rwX,go=rX /srv/sbw
    if ! diff -qr /srv/sbw/new /srv/sbw/sbw_dashboard >/dev/null 2>&1; then
        changed=1
        rm -rf /srv/sbw/sbw_dashboard
        mv /srv/sbw/new /srv/sbw/sbw_dashboard
    fi
    rm -rf /srv/sbw/new

    password=$(secret reader-password)
    write /etc/sbw/dashboard.env 600 root < <(
        printf '%s\n' DWH_HOST=localhost DWH_PORT=5432 DWH_USER=sbw_reader DWH_DATABASE=clickstream_dw \
            DWH_SSLMODE=verify-full "PGSSLROOTCERT=$tls/root.crt"
        printf 'DWH_PASSWORD=%s\n' "$password"
    )
    changed+=$wrote
    write /etc/systemd/system/sbw-dashboard.service 644 root <"$here/units/sbw-dashboard.service"
    changed+=$wrote
    write /etc/nginx/sites-available/default 644 root <"$here/units/nginx.conf"
    if [ -n "$wrote" ]; then systemctl_if reload-or-restart nginx; fi
    if [ -n "$changed" ]; then
        say "dashboard: starting it anew"
        systemctl_if daemon-reload
        systemctl_if restart sbw-dashboard
    fi
    systemctl_if enable --quiet sbw-dashboard nginx
}

systemctl_if() {
    if in_systemd; then systemctl "$@"; fi
}
