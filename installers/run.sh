#!/usr/bin/env bash
# Installs kvault and what it needs on a Debian 12/13 or Ubuntu 24.04 machine, then opens its window.
#   installers/run.sh                  install what is missing, open the window (arguments go to kvault-gui)
#   installers/run.sh --setup-only     install and stop
#   installers/run.sh --no-hardware    without the libraries for cards and the TPM (they need a compiler)
# Without a display it shows kvault at work on a virtual one: screenshots in build/demo/.
set -euo pipefail
cd "$(dirname "$0")/.."
. installers/common.sh

setup_only=
hardware=1
while [ $# -gt 0 ]; do
  case $1 in
    --setup-only) setup_only=1 ;;
    --with-hardware) hardware=1 ;;
    --no-hardware) hardware= ;;
    *) break ;;
  esac
  shift
done

# shellcheck disable=SC2086
install_packages $PYTHON_PACKAGES $QT_PACKAGES
install_python installers/lock/run.txt
if [ -n "$hardware" ] && ! install_hardware installers/lock/hardware.txt; then
  say "The libraries for cards and the TPM could not be installed; everything else works without them."
fi
if [ -n "$setup_only" ]; then
  say "Ready: .venv/bin/kvault and .venv/bin/kvault-gui"
  exit 0
fi
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  exec .venv/bin/kvault-gui "$@"
fi
say "There is no display here: kvault is shown on a virtual one"
# shellcheck disable=SC2086
install_packages $DEMO_PACKAGES
exec .venv/bin/python installers/demo.py build/demo
