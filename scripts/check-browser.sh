#!/bin/sh
# Reads the reference in a real browser, against a system of its own. Takes a minute.
set -eu
cd "$(dirname "$0")/.."

CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
if ! "$CHROMIUM" --version 2>/dev/null; then
  echo 'Chromium is missing: install it (on Debian, apt install chromium), or name its program in CHROMIUM' >&2
  exit 1
fi
export CHROMIUM
node --conditions=source --disable-warning=ExperimentalWarning --disable-warning=TimeoutNegativeWarning system-tests/src/browser/main.ts
