# shellcheck disable=SC2154 # ctl is found by what is put before this
# Without Apache there is nothing that could refuse it.
[ -n "$ctl" ] || exit 0
report=$("$ctl" configtest 2>&1) || {
  echo "Apache refuses its configuration with the status block in $1: $(printf '%s\n' "$report" | grep -v '^AH00558' | head -n 3)"
  exit 1
}
