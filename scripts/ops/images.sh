#!/bin/sh
# Builds every image of docker-compose.yml in the way that the README describes, checks the images, and uses the system
# that compose starts from them. Secrets, project, tags and port are the check's own, and it removes them. Base images
# and the build cache stay. Takes minutes, most of them to build.
set -eu
cd "$(dirname "$0")/../.."
. scripts/ops/need.sh

need 'a docker engine' 'install Docker 20.10 or later and start it, https://docs.docker.com/engine' docker version
need 'docker compose' 'install the compose plugin, https://docs.docker.com/compose/install' docker compose version
need 'docker buildx' 'install the buildx plugin, https://github.com/docker/buildx#installing' docker buildx version
need openssl 'install it (on Debian, apt-get install openssl)' openssl version
exit_if_done "$@"

wait_seconds_max=300
work=$(mktemp -d)
project=mo-images-check-$$
# The variables of docker-compose.yml. Compose prefers them to those in a file.
export VERSION="check-$$" SECRETS_DIR="$work/deploy/compose/secrets" GATEWAY_PORT=0 LOG_LEVEL=info
compose() { docker compose --file docker-compose.yml --env-file "$work/.env" --project-name "$project" "$@"; }
clean_up() {
  compose --profile '*' down --volumes --remove-orphans >"$work/down" 2>&1 || cat "$work/down" >&2
  images=$(docker image ls --filter "label=com.docker.compose.project=$project" --format '{{.Repository}}:{{.Tag}}')
  # shellcheck disable=SC2086 # $images holds several words
  [ -z "$images" ] || docker image rm $images >/dev/null
  rm -r "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# A copy of the script writes secrets and .env next to itself instead of into the working tree.
mkdir -p "$work/deploy/compose"
cp deploy/compose/secrets.sh "$work/deploy/compose"
MO_API_KEY=$(sh "$work/deploy/compose/secrets.sh" | tail -n 1)
export MO_API_KEY

echo 'docker compose build'
compose --profile tools --progress plain build >"$work/build" 2>&1 || { tail -n 60 "$work/build" >&2; exit 1; }
compose --profile tools config --format json >"$work/compose.json"
node --conditions=source --disable-warning=ExperimentalWarning system-tests/src/images/main.ts "$work/compose.json"

echo 'docker compose up --wait'
compose --progress plain up --no-build --wait --wait-timeout "$wait_seconds_max" >"$work/up" 2>&1 ||
  { cat "$work/up" >&2; compose logs --tail 20 >&2; exit 1; }
MO_URL="http://$(compose port gateway 8080)"
export MO_URL
node --conditions=source --disable-warning=ExperimentalWarning system-tests/src/images/use.ts
for command in status reconcile 'dlq list' 'customers list'; do
  echo "docker compose run --rm mo $command"
  # shellcheck disable=SC2086 # $command holds several words
  compose run --rm --no-deps mo $command >"$work/mo" 2>&1 || { cat "$work/mo" >&2; exit 1; }
done
