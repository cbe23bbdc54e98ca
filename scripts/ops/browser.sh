#!/bin/sh
# Opens the API reference in a real browser, against a system of its own. Takes a minute.
set -eu
cd "$(dirname "$0")/../.."
. scripts/ops/need.sh

CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || echo chromium)}
export CHROMIUM
need Chromium 'install it (on Debian, apt-get install chromium), or set CHROMIUM to its executable' "$CHROMIUM" --version
exit_if_done "$@"
node --conditions=source --disable-warning=ExperimentalWarning --disable-warning=TimeoutNegativeWarning system-tests/src/browser/main.ts
