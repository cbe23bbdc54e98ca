#!/bin/sh
# Runs the example subscribers, including the one in Python, against a system of their own. Creates a Python environment
# in .mo/python.
set -eu
cd "$(dirname "$0")/../.."
. scripts/ops/need.sh

PYTHON=${PYTHON:-python3}
need 'Python 3.10 or later with venv' \
  'install it (on Debian, apt-get install python3-venv), or set PYTHON to its executable' \
  "$PYTHON" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))'
exit_if_done "$@"
"$PYTHON" -m venv .mo/python
.mo/python/bin/pip install --quiet --disable-pip-version-check --requirement examples/subscriber-python/requirements.txt
MO_PYTHON="$PWD/.mo/python/bin/python" npm run --silent jest -- system-tests/test/subscribers
