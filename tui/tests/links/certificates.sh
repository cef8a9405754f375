#!/bin/sh
# The commands of PostgreSQL's manual ("Creating Certificates"), and what goes on from there.
set -eu
root() { openssl x509 -req -CA root.crt -CAkey root.key -CAcreateserial -text "$@"; }
asks() { openssl req -new -nodes -text -newkey rsa:2048 -keyout "$1.key" -out "$1.csr" -subj "$2"; }

openssl req -new -x509 -days 365 -nodes -text -out self.crt -keyout self.key -subj "/CN=dw.internal"

asks root "/CN=root.internal"
openssl x509 -req -in root.csr -text -days 3650 -extfile /etc/ssl/openssl.cnf -extensions v3_ca \
    -signkey root.key -out root.crt

asks server "/CN=dw.internal"
root -in server.csr -days 365 -out signed.crt

asks intermediate "/CN=intermediate.internal"
root -in intermediate.csr -days 1825 -extfile /etc/ssl/openssl.cnf -extensions v3_ca -out intermediate.crt
openssl x509 -req -in server.csr -text -days 365 -CA intermediate.crt -CAkey intermediate.key \
    -CAcreateserial -out leaf.crt
cat leaf.crt intermediate.crt >chained.crt

# One that may vouch for other names only, and says so without insisting.
printf 'basicConstraints = critical, CA:TRUE\nnameConstraints = permitted;DNS:.example.org\n' >limits.ext
root -in intermediate.csr -days 1825 -extfile limits.ext -out limited.crt
cat leaf.crt limited.crt >beyond-limits.crt

# The same key under other names and at other times.
another() { openssl req -new -key server.key -out "$1.csr" -subj "$2"; }
another wildcard "/CN=*.internal"
root -in wildcard.csr -days 365 -out wildcard.crt
another address "/CN=127.0.0.1"
root -in address.csr -days 365 -out address.crt
printf 'subjectAltName = DNS:other.internal\n' >other.ext
root -in server.csr -days 365 -extfile other.ext -out other-name.crt
printf 'subjectAltName = IP:127.0.0.1\n' >ip.ext
root -in server.csr -days 365 -extfile ip.ext -out ip-name.crt
printf 'basicConstraints = CA:FALSE\nextendedKeyUsage = clientAuth\n' >client.ext
root -in server.csr -days 365 -extfile client.ext -out for-clients.crt
# One that is no authority vouches for another.
openssl x509 -req -in address.csr -text -days 365 -CA signed.crt -CAkey server.key -CAcreateserial -out forged.leaf
cat forged.leaf signed.crt >forged.crt
root -in server.csr -days -1 -out expired.crt
in_time() { shift_by=$1; shift; LD_PRELOAD=$FAKETIME_LIBRARY FAKETIME=$shift_by openssl "$@"; }
in_time +30d x509 -req -CA root.crt -CAkey root.key -in server.csr -days 365 \
    -out not-yet.crt

openssl req -new -x509 -days 365 -nodes -out stranger.crt -keyout stranger.key -subj "/CN=stranger.internal"

asks reader "/CN=keyed"
root -in reader.csr -days 365 -out reader.crt
openssl pkey -in reader.key -aes128 -passout pass:x -out encrypted.key
cp reader.key open.key
chmod 600 reader.key encrypted.key
chmod 644 open.key

printf '[ca]\ndefault_ca = d\n[d]\ndatabase = index\ndefault_md = sha256\ndefault_crl_days = 30\ncrlnumber = number\n' >ca.cnf
: >index
echo 01 >number
authority() { openssl ca -config ca.cnf -keyfile root.key -cert root.crt "$@"; }
authority -gencrl -out none.crl
authority -revoke other-name.crt
authority -gencrl -out some.crl
in_time -60d ca -config ca.cnf -keyfile root.key -cert root.crt -gencrl -out old.crl
