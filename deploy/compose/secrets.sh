#!/bin/sh
# Makes the secrets that docker-compose.yml mounts, in a folder that is no part of the repository, and tells compose of
# it in .env. What is there already is kept, so it may be run again at any time.
#
#   postgres-password      of PostgreSQL's superuser
#   <owner>-database-url   of each service's own database, and the gateway's; the role's password is read from it when the
#                          database is made
#   keys/api-keys          the gateway's API keys, hashed; the gateway reads the file again when it changes
#   identities/<service>   a certificate that names it, by which the others know it. All are of one authority, whose key is
#                          not kept: for new ones remove the folder identities, and run this again
set -eu
cd "$(dirname "$0")/../.."
dir=${SECRETS_DIR:-$(sed -n 's/^SECRETS_DIR=//p' .env 2>/dev/null || true)}
dir=${dir:-./deploy/compose/secrets}

command -v openssl >/dev/null || { echo 'openssl is needed, for certificates: install it' >&2; exit 1; }
random_hex() { od -An -N "$1" -tx1 /dev/urandom | tr -d ' \n'; }
sha256_hex() { if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi | cut -d ' ' -f 1; }
# The files are mounted as they are, and read by the containers' own users: the folder is what keeps others out.
make() { [ -e "$dir/$1" ] || { cat >"$dir/$1.new" && chmod 644 "$dir/$1.new" && mv "$dir/$1.new" "$dir/$1"; }; }

mkdir -p "$dir" && chmod 700 "$dir"
random_hex 24 | make postgres-password
for owner in gateway customers loans payments webhooks; do
  printf 'postgres://%s:%s@postgres:5432/%s\n' "$owner" "$(random_hex 24)" "$owner" | make "$owner-database-url"
done
if [ ! -e "$dir/identities" ]; then
  work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
  new_key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }
  new_key "$work/ca.key"
  openssl req -x509 -new -key "$work/ca.key" -sha256 -days 3650 -subj '/CN=MO Loans' -out "$work/ca.crt"
  for service in gateway customers loans payments webhooks; do
    made=$work/identities/$service
    mkdir -p "$made"
    new_key "$made/tls.key"
    printf 'subjectAltName=DNS:%s\nextendedKeyUsage=serverAuth,clientAuth\n' "$service" >"$work/extensions"
    openssl req -new -key "$made/tls.key" -subj "/CN=$service" |
      openssl x509 -req -CA "$work/ca.crt" -CAkey "$work/ca.key" -CAcreateserial -sha256 -days 3650 \
        -extfile "$work/extensions" -out "$made/tls.crt" 2>"$work/log" || { cat "$work/log" >&2 && exit 1; }
    cp "$work/ca.crt" "$made/ca.crt"
    chmod 644 "$made"/*
  done
  mv "$work/identities" "$dir/identities"
fi
mkdir -p "$dir/keys" && chmod 755 "$dir/keys"
# Earlier versions kept it beside the other files.
if [ -e "$dir/api-keys" ] && [ ! -e "$dir/keys/api-keys" ]; then mv "$dir/api-keys" "$dir/keys/api-keys"; fi
if [ -e "$dir/keys/api-keys" ]; then
  echo "The secrets are in $dir. Of API keys only hashes are kept: for a new key, remove $dir/keys/api-keys and run this again."
else
  key=mo_$(random_hex 24)
  printf 'local:%s\n' "$(printf %s "$key" | sha256_hex)" | make keys/api-keys
  echo "The secrets are in $dir. The API key, which is shown only now:"
  echo "$key"
fi
grep -qs '^SECRETS_DIR=' .env || printf 'SECRETS_DIR=%s\n' "$dir" >>.env
