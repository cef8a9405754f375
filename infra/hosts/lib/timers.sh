# What runs by the clock: backups, figures, renewal of the certificate.
# shellcheck shell=bash

set_up_timers() {
    local unit name command changed=""
    for command in "$here"/bin/*; do
        # By way of `current`, so that a unit always runs the latest release.
        ln -sfn "/opt/sbw/current/hosts/bin/$(basename "$command")" "/usr/local/sbin/$(basename "$command")"
    done
    for unit in "$here"/units/sbw-{backup,figures,certificate}.{service,timer}; do
        name=$(basename "$unit")
        write "/etc/systemd/system/$name" 644 root <"$unit"
        changed+=$wrote
    done
    if in_systemd; then
        [ -z "$changed" ] || systemctl daemon-reload
        systemctl enable --quiet --now sbw-certificate.timer
        if [ -n "$BACKUP_BUCKET" ]; then systemctl enable --quiet --now sbw-backup.timer sbw-figures.timer; fi
    fi
}
