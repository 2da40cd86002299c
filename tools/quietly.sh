# `quietly COMMAND...`: run it with a dot every two seconds instead of its output; show the end of that on failure.
quietly() {
    log=$(mktemp)
    "$@" >"$log" 2>&1 &
    pid=$!
    while kill -0 "$pid" 2>/dev/null; do printf . >&2; sleep 2; done
    printf '\n' >&2
    if wait "$pid"; then rm -f "$log"; return 0; fi
    tail -n 30 "$log" >&2
    rm -f "$log"
    return 1
}
