#!/bin/sh
# Runs the checks that need tools which npm does not install: all that are listed below, or those named as arguments.
# First all of them look for their tools and report what is missing and how to get it; only then they run.
set -eu
cd "$(dirname "$0")/.."

all='deployment images queries browser examples'
case "${1:-}" in
  -h | --help)
    echo "Usage: npm run check:ops -- [CHECK...]"
    echo
    echo "Runs checks that need tools which npm does not install. The checks are: $all; all of them by default."
    exit
    ;;
esac
parts=${*:-$all}
missing=0
for part in $parts; do
  [ -f "scripts/ops/$part.sh" ] || { echo "unknown check $part; the checks are: $all" >&2; exit 2; }
  sh "scripts/ops/$part.sh" --look || missing=1
done
[ "$missing" = 0 ] || exit 1
for part in $parts; do
  echo "== $part"
  sh "scripts/ops/$part.sh"
done
