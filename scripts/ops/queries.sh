#!/bin/sh
# Starts a system and a real Prometheus, uses the one, and asks the other every query of every dashboard and rule.
set -eu
cd "$(dirname "$0")/../.."
. scripts/ops/need.sh

need prometheus 'apt-get install prometheus, or put it on the PATH, from https://prometheus.io/download' prometheus --version
looked "$@"
node --conditions=source --disable-warning=ExperimentalWarning --disable-warning=TimeoutNegativeWarning system-tests/src/queries/main.ts
