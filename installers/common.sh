# Shared by run.sh and test.sh: installs what is missing. Sourced, not run.
# Debian 12 and 13, Ubuntu 24.04; elsewhere the packages must be there already.

# What Qt needs on X11, and Python. Newer releases provide the old names of renamed packages (libglib2.0-0t64 …).
QT_PACKAGES="libegl1 libgl1 libfontconfig1 libfreetype6 libglib2.0-0 libdbus-1-3 libxkbcommon0 libxkbcommon-x11-0 libx11-xcb1
  libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 libxcb-render0 libxcb-shape0
  libxcb-shm0 libxcb-sync1 libxcb-util1 libxcb-xfixes0 libxcb-xkb1 fonts-dejavu-core"
PYTHON_PACKAGES="python3 python3-venv ca-certificates"
# A display to draw on where there is none, and a window manager to give it focus.
DEMO_PACKAGES="xvfb xauth openbox"
# What the libraries for cards and the TPM are built with and run on.
HARDWARE_PACKAGES="gcc libc6-dev python3-dev swig pkg-config libpcsclite-dev libtss2-dev pcscd"
# Real programs of other makers that the tests talk to.
PEER_PACKAGES="keepassxc dbus dbus-x11 at-spi2-core python3-pyatspi gir1.2-atspi-2.0 python3-dbusmock xdotool trayer imagemagick
  x11-utils procps git vsmartcard-vpcd opensc softhsm2 swtpm tpm2-tools fido2-tools gnome-keyring poppler-utils fprintd
  libsecret-tools"

say() { printf '\033[1m%s\033[0m\n' "$*"; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo "$@"; else return 1; fi
}

# A package is there when it, or one that provides it, is installed.
missing_packages() {
  local name
  for name in "$@"; do
    dpkg-query -W -f '${Status} ${Package} ${Provides}\n' 2>/dev/null |
      awk -v want="$name" '$1 == "install" && $3 == "installed" {
        for (i = 4; i <= NF; i++) { word = $i; sub(/,$/, "", word); if (word == want) found = 1 } }
        END { exit !found }' || printf '%s ' "$name"
  done
}

install_packages() {
  command -v dpkg-query >/dev/null || { say "This is no Debian or Ubuntu: please see that these are there: $*"; return 0; }
  local missing
  missing=$(missing_packages "$@")
  [ -n "$missing" ] || return 0
  say "Installing from your distribution: $missing"
  if ! as_root true 2>/dev/null; then
    say "Neither root nor sudo: please have these installed, then start again: $missing"
    return 1
  fi
  as_root apt-get update -qq
  # shellcheck disable=SC2086 # the list is meant to be split
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
}

# $1: the lock file. The packages are installed again only when it changed.
install_python() {
  local lock=$1 stamp python
  python=${PYTHON:-python3}
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    { say "kvault needs Python 3.11 or newer; set PYTHON to one"; return 1; }
  [ -x .venv/bin/python ] || "$python" -m venv .venv
  stamp=.venv/installed-$(basename "$lock" .txt)-$(sha256sum "$lock" pyproject.toml | sha256sum | cut -c1-16)
  [ -e "$stamp" ] && [ -x .venv/bin/kvault ] && return 0
  say "Installing the locked Python packages"
  .venv/bin/python -m pip install --quiet --require-hashes -r "$lock"
  .venv/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .
  # Once here instead of at each start, also where PYTHONDONTWRITEBYTECODE is set.
  .venv/bin/python -m compileall -q kvault_gui
  rm -f .venv/installed-"$(basename "$lock" .txt)"-*
  touch "$stamp"
}

# $1: the lock file. The second step: what needs a compiler, and may fail.
install_hardware() {
  local lock=$1 stamp
  stamp=.venv/installed-$(basename "$lock" .txt)-$(sha256sum "$lock" | cut -c1-16)
  [ -e "$stamp" ] && return 0
  # shellcheck disable=SC2086
  install_packages $HARDWARE_PACKAGES || return 1
  say "Building the libraries for cards and the TPM"
  .venv/bin/python -m pip install --quiet --require-hashes -r "$lock" || return 1
  rm -f .venv/installed-"$(basename "$lock" .txt)"-*
  touch "$stamp"
}
