#!/bin/sh
# Starts a system and a real Prometheus, and sends Prometheus every query of every dashboard and rule while the system
# is in use.
set -eu
cd "$(dirname "$0")/../.."
. scripts/ops/need.sh

need prometheus 'apt-get install prometheus, or put it on the PATH, from https://prometheus.io/download' prometheus --version
exit_if_done "$@"
node --conditions=source --disable-warning=ExperimentalWarning --disable-warning=TimeoutNegativeWarning system-tests/src/queries/main.ts
