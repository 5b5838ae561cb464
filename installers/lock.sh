#!/usr/bin/env bash
# Writes the lock files anew from pyproject.toml: every package with its hashes, markers for Python 3.11 to 3.13.
# Packages younger than seven days are not taken, so that a hijacked release has time to be noticed.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=${UV:-.venv/bin/uv}
[ -x "$uv" ] || .venv/bin/python -m pip install --quiet uv
newest=$(date -u -d '7 days ago' +%Y-%m-%dT00:00:00Z)
compile() { "$uv" pip compile --quiet --universal --generate-hashes --python-version 3.11 --exclude-newer "$newest" --custom-compile-command "installers/lock.sh" "$@"; }
# hatchling and editables build and link kvault itself without leaving the locked set.
printf 'hatchling\neditables\n' >installers/lock/build.in
compile pyproject.toml installers/lock/build.in --output-file installers/lock/run.txt
compile pyproject.toml installers/lock/build.in --extra hardware --group test --output-file installers/lock/test.txt
compile pyproject.toml --extra hardware --output-file installers/lock/hardware.txt
rm installers/lock/build.in
