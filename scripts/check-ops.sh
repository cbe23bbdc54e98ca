#!/bin/sh
# All checks that need tools from elsewhere than npm, or those named: deployment, queries, browser, examples. First each looks
# for its tools, and what is missing is said, with how to get it; then they run.
set -eu
cd "$(dirname "$0")/.."

all='deployment queries browser examples'
parts=${*:-$all}
missing=0
for part in $parts; do
  [ -f "scripts/ops/$part.sh" ] || { echo "there is no check $part: $all" >&2; exit 2; }
  sh "scripts/ops/$part.sh" --look || missing=1
done
[ "$missing" = 0 ] || exit 1
for part in $parts; do
  echo "== $part"
  sh "scripts/ops/$part.sh"
done
