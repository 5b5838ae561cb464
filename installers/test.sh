#!/usr/bin/env bash
# Installs the test tools and the programs that the tests talk to, then runs every check and every test.
set -euo pipefail
cd "$(dirname "$0")/.."
. installers/common.sh

# shellcheck disable=SC2086
install_packages $PYTHON_PACKAGES $QT_PACKAGES $DEMO_PACKAGES $HARDWARE_PACKAGES $PEER_PACKAGES
install_python installers/lock/test.txt

run() { say "$*"; "$@"; }
run .venv/bin/ruff check
run .venv/bin/ruff format --check
run .venv/bin/mypy
run .venv/bin/lint-imports
# In CI a peer that is missing is a failure, not a skip: tests/peer.py reads CI.
run .venv/bin/python -m pytest -n "${KVAULT_TEST_WORKERS:-$(nproc)}" --dist loadgroup "$@"
