# What every script in this folder stands on: strict mode, the cache folder, messages, progress and a lock.
# Sourced, never run. POSIX sh.
# shellcheck shell=sh disable=SC2034

set -eu
LC_ALL=C
export LC_ALL
# A login shell of an ordinary user often lacks the folders that daemons are installed to.
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

SAMBUT_ROOT=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
SAMBUT_CACHE=${XDG_CACHE_HOME:-${HOME:?set HOME or XDG_CACHE_HOME: the cache folder goes there}/.cache}/sambut

# One line for each thing: what it is about, then what was found or done.
say() { printf '%-10s %s\n' "$1:" "$2"; }

# The end, with the reason and, line by line, what a person can do about it.
die() {
    printf '%-10s %s\n' "$1:" "$2" >&2
    shift 2
    for line in "$@"; do printf '%-10s %s\n' '' "$line" >&2; done
    exit 1
}

is_root() { [ "$(id -u)" -eq 0 ]; }

# at_least 22.10.1 22.9.0 is false: is the second version the first or newer?
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

# Text as a JSON string. Control characters cannot stand in the paths and versions written here.
json() { printf '"%s"' "$(printf '%s' "$1" | sed 's/[\\"]/\\&/g')"; }

# Back from JSON's writing to the text itself.
from_json() { sed 's/\\\(.\)/\1/g'; }

# Several texts as a JSON list of strings, one a line, indented to stand in an object.
json_list() {
    separator=''
    printf '['
    for item in "$@"; do
        printf '%s\n    %s' "$separator" "$(json "$item")"
        separator=','
    done
    printf '\n  ]'
}

# Standard input becomes the file's whole content, or the file stays as it was.
write_whole() {
    mkdir -p "$(dirname -- "$1")"
    cat > "$1.new.$$"
    mv -f "$1.new.$$" "$1"
}

# Hold the file's lock until this script ends, so that two set-ups at once do the work only once.
hold_lock() {
    command -v flock > /dev/null || die "$1" "flock is missing" "apt-get install util-linux"
    mkdir -p "$(dirname -- "$2")"
    exec 9> "$2"
    if ! flock -n 9; then
        say "$1" "another set-up is at work, waiting for it (15 minutes at most)"
        flock -w 900 9 || die "$1" "the other set-up did not end within 15 minutes: $2"
    fi
}

# with_progress TOPIC WORDS COMMAND...: run the command quietly, say every few seconds that it still runs, and
# show the end of what it printed when it fails.
with_progress() {
    topic=$1
    words=$2
    shift 2
    output=$(mktemp "${TMPDIR:-/tmp}/sambut-setup.XXXXXX")
    started=$(date +%s)
    say "$topic" "$words ..."
    "$@" > "$output" 2>&1 < /dev/null &
    child=$!
    trap 'kill "$child" 2> /dev/null || true; rm -f "$output"; exit 130' INT TERM HUP
    ticks=0
    while kill -0 "$child" 2> /dev/null; do
        sleep 0.2
        ticks=$((ticks + 1))
        [ $((ticks % 25)) -ne 0 ] || say "$topic" "$words ... $(($(date +%s) - started)) s"
    done
    status=0
    wait "$child" || status=$?
    trap - INT TERM HUP
    [ "$status" -eq 0 ] || tail -n 30 "$output" >&2
    rm -f "$output"
    return "$status"
}
