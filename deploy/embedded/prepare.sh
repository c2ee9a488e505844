# Prepares this folder on a machine that has only Python: sourced by `start` and `test`, which stand in it.

JINGPIN_UV_VERSION=0.13.8
JINGPIN_UV_OLDEST="(0, 9)"

step() { printf '==> %s\n' "$*" >&2; }

# fail WHAT REMEDY
fail() {
    printf '\nStopped: %s\nWhat to do: %s\n' "$1" "$2" >&2
    exit 1
}

# Prints the path of a Python that is new enough.
find_python() {
    for candidate in python3 python3.14 python3.13 python3.12 python3.11 python; do
        "$candidate" -c 'import sys; sys.version_info >= (3, 11) or sys.exit(1); print(sys.executable)' \
            2>/dev/null && return
    done
    return 1
}

# Prints the path of the uv on PATH, when it can read uv.lock.
find_uv() {
    found=$(command -v uv) && "$found" --version 2>/dev/null | "$python" -c "
import re, sys
version = re.search(r'(\d+)\.(\d+)', sys.stdin.read())
sys.exit(not version or tuple(map(int, version.groups())) < $JINGPIN_UV_OLDEST)" && printf '%s\n' "$found"
}

# Installs uv into the user's cache; two ways, because Debian ships Python without venv and without pip.
install_uv() {
    home=$cache/uv-$JINGPIN_UV_VERSION
    uv=$home/bin/uv
    [ -x "$uv" ] && "$uv" --version >/dev/null 2>&1 && return
    step "Installing uv $JINGPIN_UV_VERSION into $home (once)"
    mkdir -p "$cache" 2>/dev/null && log=$(mktemp "$cache/uv-install.XXXXXX") ||
        fail "The cache folder $cache cannot be written." "Make it writable, or set JINGPIN_CACHE to one that is."
    rm -rf "$home"
    if "$python" -m venv "$home" >"$log" 2>&1; then
        "$home/bin/python" -m pip install --quiet "uv==$JINGPIN_UV_VERSION" >>"$log" 2>&1
    else
        rm -rf "$home"
        "$python" -m pip install --quiet --target "$home" "uv==$JINGPIN_UV_VERSION" >"$log" 2>&1
    fi
    if [ -x "$uv" ] && "$uv" --version >/dev/null 2>&1; then
        rm -f "$log"
        return
    fi
    rm -rf "$home"
    tail -n 8 "$log" >&2
    if grep -q 'No module named pip' "$log"; then
        rm -f "$log"
        fail "This Python ($python) has neither venv nor pip, so uv cannot be installed with it." \
            "As root: apt install python3-venv (Debian, Ubuntu) or dnf install python3-pip (Fedora). Without root:
  curl -LsSf https://astral.sh/uv/install.sh | sh, then open a new shell. Then run this again."
    fi
    rm -f "$log"
    fail "uv could not be installed from the package index (see above)." \
        "Check the network; behind a proxy set HTTPS_PROXY, for a mirror set PIP_INDEX_URL. Then run this again."
}

# Networks that inspect TLS are trusted by the system's certificates only, not by those uv carries.
sync() {
    "$uv" sync --locked --quiet "$@" && return
    [ -z "${UV_SYSTEM_CERTS:-}" ] || return 1
    step "Trying once more, with the certificates of this system"
    export UV_SYSTEM_CERTS=1
    "$uv" sync --locked --quiet "$@"
}

# prepare [uv sync options]: leaves `uv` on PATH and .venv up to date.
prepare() {
    python=$(find_python) || fail "There is no Python 3.11 or newer on PATH." \
        "Install one (Debian, Ubuntu: apt install python3 python3-venv; or https://www.python.org), then run this again."
    cache=${JINGPIN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/jingpin}
    if ! uv=$(find_uv); then
        install_uv
        PATH=$(dirname "$uv"):$PATH
        export PATH
    fi
    export UV_PYTHON_DOWNLOADS=never
    # An environment that is there keeps its Python.
    [ -x .venv/bin/python ] || export UV_PYTHON="${UV_PYTHON:-$python}"
    step "Installing the Python packages of uv.lock (1 to 2 minutes the first time)"
    sync "$@" || fail "The Python packages could not be installed (see above)." \
        "Check the network; behind a proxy set HTTPS_PROXY, for a mirror set UV_DEFAULT_INDEX. If uv says that the
  lock file is out of date, restore uv.lock and pyproject.toml as they were published. Then run this again."
}
