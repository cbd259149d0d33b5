# setup.sh - what must be on this machine, and how does it get there?
#
# The one list of packages and the steps that examples/quickstart and tests/run
# share: both source it, having set $name (whose words these are) and $root. Nothing
# is installed that is there already, so without a network a machine that has
# everything goes on working.
# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2154

# Debian packages. With ":command", a command of that name will do, wherever it comes from.
packages_to_run="gcc:gcc libc6-dev make:make premake4:premake4 pkg-config:pkg-config libcivetweb-dev liblua5.4-dev
    lua-cjson-dev libcurl4-openssl-dev libssl-dev libpng-dev curl:curl ca-certificates"
packages_for_images="libvips-dev"       # modules/image: over a hundred packages with it, and a build does without
packages_to_test="nodejs:node npm:npm $packages_for_images"
packages_for_clang="clang:clang"
packages_welcome="lua-check:luacheck iproute2:ip openssl:openssl valgrind:valgrind"

say() { printf '%s\n' "$name: $*"; }
stop() { printf '%s\n' "$name: $*" >&2; exit 1; }

# $root/build/LOG gets what a step prints; it is shown only if the step fails.
quietly() {
    local log="$root/build/$1"
    shift
    mkdir -p "$root/build"
    "$@" >"$log" 2>&1 && return
    tail -n 40 "$log" >&2
    printf '%s\n' "$name: the above is the end of $log" >&2
    return 1
}

is_installed() {
    case $1 in
        premake4:*) command -v premake5 >/dev/null || command -v premake4 >/dev/null ;;
        *:*) command -v "${1#*:}" >/dev/null ;;
        *) dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null | grep -q '^ii' ;;
    esac
}

# Of a list like the above, the packages that are not there.
missing_of() {
    local package
    for package in $1; do
        is_installed "$package" || printf '%s ' "${package%%:*}"
    done
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

apt_get() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@"
}

# Installs what is not there of a list; false if that cannot be done.
install_packages() {
    local packages
    packages=$(missing_of "$1")
    [ -n "$packages" ] || return 0
    command -v apt-get >/dev/null || { say "no Debian here; going on as if these were installed: $packages"; return 0; }
    [ "$(id -u)" = 0 ] || command -v sudo >/dev/null ||
        { say "root or sudo: expected, to run: apt-get install $packages"; return 1; }
    as_root true || { say "sudo: expected to be allowed to run: apt-get install $packages"; return 1; }
    say "installing $packages"
    quietly apt-update.log apt_get update || say "apt-get update failed; trying with the old lists"
    # shellcheck disable=SC2086 # a list of words
    quietly apt-install.log apt_get install --no-install-recommends -y $packages
}

# What a build does without, premake says in a line each.
show_left_out() {
    sed -n 's/^premake5.lua: //p' "$root/build/premake.log" | while read -r line; do say "$line"; done
}

# build FOLDER COMPILER TARGET [OPTION...]: makefiles and results in $root/build or below it.
build() {
    local folder=$1 compiler=$2 target=$3 premake
    shift 3
    premake=$(command -v premake5 || command -v premake4) || return 1
    say "building in $folder, with $compiler"
    (cd "$root" && quietly premake.log "$premake" --file=premake5.lua --to="$folder" "$@" gmake) &&
        show_left_out &&
        quietly make.log make -C "$root/$folder" CC="$compiler" -j"$(nproc)" "$target"
}
