#!/bin/sh
# Install a program by the system's package manager, where that can be done without asking.
# `tools/need.sh NAME`: chromium, npm, or a package's own name. Exits 3 when it cannot be done.
set -eu
. "$(dirname "$0")/lib.sh"
name=$1
[ "$(id -u)" = 0 ] && sudo= || sudo="sudo -n"

try() {
    command -v "$1" >/dev/null 2>&1 || return 0
    say "Installing $name by $1"
    shift
    if "$@"; then exit 0; fi
}

apt() {
    quietly $sudo apt-get update --quiet --quiet &&
        quietly $sudo env DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --quiet --no-install-recommends "$@"
}

case $name in
npm) debian="nodejs npm" fedora="nodejs-npm" arch="npm" brew="node" ;;
*) debian=$name fedora=$name arch=$name brew=$name ;;
esac

# shellcheck disable=SC2086
{
    try apt-get apt $debian
    try dnf quietly $sudo dnf install --assumeyes --quiet $fedora
    try pacman quietly $sudo pacman -S --noconfirm $arch
    try brew quietly brew install $brew
}
exit 3
