#!/bin/sh
# Creates the secrets that docker-compose.yml mounts, in a folder that git ignores, and records that folder in .env for
# compose. Existing files are kept, so the script can be run again at any time.
#
#   postgres-password      of PostgreSQL's superuser
#   <owner>-database-url   of the database of each service and of the gateway; databases.sh reads the role's password
#                          from it
#   keys/api-keys          the gateway's API keys, hashed; the gateway reads the file again when it changes
#   identities/<service>   a certificate that names the service, by which the others recognize it. One authority signs
#                          all of them, and its key is not kept: for new ones remove the folder identities, and run
#                          this again
set -eu
cd "$(dirname "$0")/../.."
dir=${SECRETS_DIR:-$(sed -n 's/^SECRETS_DIR=//p' .env 2>/dev/null || true)}
dir=${dir:-./deploy/compose/secrets}

command -v openssl >/dev/null || { echo 'openssl is missing: it creates the certificates, so install it' >&2; exit 1; }
random_hex() { od -An -N "$1" -tx1 /dev/urandom | tr -d ' \n'; }
sha256_hex() { if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi | cut -d ' ' -f 1; }
# The containers' users read the mounted files, so everybody may read them; the mode of the folder keeps others out.
create() { [ -e "$dir/$1" ] || { cat >"$dir/$1.new" && chmod 644 "$dir/$1.new" && mv "$dir/$1.new" "$dir/$1"; }; }

mkdir -p "$dir" && chmod 700 "$dir"
random_hex 24 | create postgres-password
for owner in gateway customers loans payments webhooks; do
  printf 'postgres://%s:%s@postgres:5432/%s\n' "$owner" "$(random_hex 24)" "$owner" | create "$owner-database-url"
done
if [ ! -e "$dir/identities" ]; then
  work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
  new_key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }
  new_key "$work/ca.key"
  openssl req -x509 -new -key "$work/ca.key" -sha256 -days 3650 -subj '/CN=MO Loans' -out "$work/ca.crt"
  for service in gateway customers loans payments webhooks; do
    identity=$work/identities/$service
    mkdir -p "$identity"
    new_key "$identity/tls.key"
    printf 'subjectAltName=DNS:%s\nextendedKeyUsage=serverAuth,clientAuth\n' "$service" >"$work/extensions"
    openssl req -new -key "$identity/tls.key" -subj "/CN=$service" |
      openssl x509 -req -CA "$work/ca.crt" -CAkey "$work/ca.key" -CAcreateserial -sha256 -days 3650 \
        -extfile "$work/extensions" -out "$identity/tls.crt" 2>"$work/log" || { cat "$work/log" >&2 && exit 1; }
    cp "$work/ca.crt" "$identity/ca.crt"
    chmod 644 "$identity"/*
  done
  mv "$work/identities" "$dir/identities"
fi
mkdir -p "$dir/keys" && chmod 755 "$dir/keys"
# Earlier versions kept api-keys next to the other files. The link lets them find it, for the way back.
if [ -f "$dir/api-keys" ] && [ ! -e "$dir/keys/api-keys" ]; then
  mv "$dir/api-keys" "$dir/keys/api-keys" && ln -s keys/api-keys "$dir/api-keys"
fi
if [ -e "$dir/keys/api-keys" ]; then
  echo "The secrets are in $dir. Only hashes of API keys are kept: for a new key, remove $dir/keys/api-keys and run this again."
else
  key=mo_$(random_hex 24)
  printf 'local:%s\n' "$(printf %s "$key" | sha256_hex)" | create keys/api-keys
  echo "The secrets are in $dir. The API key, which is not shown again:"
  echo "$key"
fi
grep -qs '^SECRETS_DIR=' .env || printf 'SECRETS_DIR=%s\n' "$dir" >>.env
