# TLS: a root of this host's own, and a certificate under it that is renewed.
# shellcheck shell=bash

tls=/etc/sbw/tls

# Says in `certified` whether the server must read its certificate again.
set_up_certificate() {
    local new
    certified=
    install -d -m 755 "$tls"
    if [ ! -s "$tls/root.crt" ]; then
        say "certificate: making a root"
        (umask 077 && openssl ecparam -name prime256v1 -genkey -noout -out "$tls/root.key")
        openssl req -x509 -new -key "$tls/root.key" -sha256 -days 7300 -subj "/CN=SBW $HOST_ROLE root" \
            -addext basicConstraints=critical,CA:TRUE,pathlen:0 -addext keyUsage=critical,keyCertSign -out "$tls/root.crt"
        rm -f "$tls/server.crt"
    fi
    # People come through a tunnel and call it localhost; the loader calls its address.
    if [ -s "$tls/server.crt" ] && openssl x509 -in "$tls/server.crt" -noout -checkend $((60 * 86400)) >/dev/null &&
        openssl x509 -in "$tls/server.crt" -noout -checkip "$ADDRESS" | grep -q 'does match'; then
        return
    fi
    say "certificate: making one for $ADDRESS and localhost"
    new=$(mktemp -d "$tls/.new.XXXXXX")
    (umask 077 && openssl ecparam -name prime256v1 -genkey -noout -out "$new/server.key")
    openssl req -new -key "$new/server.key" -subj "/CN=$ADDRESS" -out "$new/server.csr"
    openssl x509 -req -in "$new/server.csr" -CA "$tls/root.crt" -CAkey "$tls/root.key" -CAcreateserial -sha256 -days 397 \
        -out "$new/server.crt" -extfile <(
            echo "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:$ADDRESS"
            echo "basicConstraints=critical,CA:FALSE"
            echo "extendedKeyUsage=serverAuth"
        ) 2>/dev/null
    chown postgres: "$new/server.key" "$new/server.crt"
    mv "$new/server.key" "$new/server.crt" "$tls/"
    rm -rf "$new"
    certified=1
}
