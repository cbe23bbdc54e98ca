#!/bin/sh
# Runs the example subscribers, the one in Python too, against a system of their own. Needs Python 3.10 or later, for which
# it makes an environment of its own in .mo/python.
set -eu
cd "$(dirname "$0")/.."

PYTHON=${PYTHON:-python3}
if ! "$PYTHON" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
  echo 'Python 3.10 or later with venv is missing: install it (on Debian, apt install python3-venv), or name it in PYTHON' >&2
  exit 1
fi
"$PYTHON" -m venv .mo/python
.mo/python/bin/pip install --quiet --disable-pip-version-check --requirement examples/subscriber-python/requirements.txt
MO_PYTHON="$PWD/.mo/python/bin/python" npm run --silent jest -- system-tests/test/subscribers "$@"
