#!/usr/bin/env bash
# Installs those packages of cmake/debian_packages.txt that are missing; says nothing else to apt.
# With nothing missing it takes a few milliseconds and needs neither network nor privileges.
# Asks for sudo only when it has something to install and is not run as root.
#
#   cmake/install_packages.sh            install what is missing
#   cmake/install_packages.sh --list     print what is missing, one a line; install nothing
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
list=$here/debian_packages.txt

fail() {
    printf 'install_packages: %s\n' "$@" >&2
    exit 1
}

missing_packages() {
    local -a wanted
    mapfile -t wanted < <(sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "$list")
    # A package that dpkg never heard of has no line at all, hence the comparison with the list.
    comm -23 <(printf '%s\n' "${wanted[@]}" | sort -u) \
        <(dpkg-query -W -f='${db:Status-Abbrev} ${Package}\n' "${wanted[@]}" 2>/dev/null |
            sed -n 's/^.i[^ ]* *//p' | sort -u)
}

main() {
    case "${1-}" in
        '' | --list) ;;
        *) fail "unknown argument '$1' (only --list is known)" ;;
    esac
    [[ -r $list ]] || fail "cannot read $list"
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        fail "this system has no apt; install by hand what $list names (in your system's names)"
    fi

    local -a missing
    mapfile -t missing < <(missing_packages)
    if [[ ${1-} == --list ]]; then
        ((${#missing[@]} == 0)) || printf '%s\n' "${missing[@]}"
        return
    fi
    ((${#missing[@]} > 0)) || return 0

    local -a as_root=(env DEBIAN_FRONTEND=noninteractive)
    if ((EUID != 0)); then
        command -v sudo >/dev/null ||
            fail "these packages are missing, and there is no sudo to install them: ${missing[*]}" \
                "as root, run: apt-get install --no-install-recommends ${missing[*]}"
        as_root=(sudo "${as_root[@]}")
    fi

    printf 'installing %s\n' "${missing[*]}"
    local -a install=("${as_root[@]}" apt-get -q -y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120
        install --no-install-recommends "${missing[@]}")
    # The package lists are fetched only when those at hand do not suffice: on a system that never
    # fetched any, or when they name versions that the archive no longer has.
    if ! "${as_root[@]}" apt-get -q -y --simulate install --no-install-recommends "${missing[@]}" \
        >/dev/null 2>&1 || ! "${install[@]}"; then
        "${as_root[@]}" apt-get -q -o DPkg::Lock::Timeout=120 update ||
            fail "apt-get update failed; the reason stands above"
        "${install[@]}" || fail "apt-get could not install ${missing[*]}; the reason stands above"
    fi
}

main "$@"
