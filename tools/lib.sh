# What the scripts share. Colour and dots are for a terminal; NO_COLOR turns colour off.
bold= plain= dot=
if [ -t 2 ]; then
    dot=.
    [ -n "${NO_COLOR:-}" ] || { bold=$(printf '\033[1m'); plain=$(printf '\033[0m'); }
fi

# `say WORDS...`: a heading on stderr.
say() { printf '%s== %s%s\n' "$bold" "$*" "$plain" >&2; }

# `quietly PROGRAM...`: run it with a dot every two seconds instead of its output; show the end of that on failure.
# It takes no function: Ctrl-C would end that function's shell, and not the program that it runs.
quietly() {
    log=$(mktemp)
    "$@" >"$log" 2>&1 &
    pid=$!
    # a shell's background jobs do not hear Ctrl-C
    trap 'trap - INT TERM; kill "$pid" || :; wait "$pid" || :; rm -f "$log"; exit 130' INT TERM
    while kill -0 "$pid" 2>/dev/null; do printf %s "$dot" >&2; sleep 2; done
    [ -z "$dot" ] || printf '\n' >&2
    wait "$pid" && status=0 || status=1
    trap - INT TERM
    [ "$status" = 0 ] || tail -n 30 "$log" >&2
    rm -f "$log"
    return "$status"
}
