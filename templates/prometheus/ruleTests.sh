cd /etc/podwatch/current/files/rule-tests || exit
failed=0
test_rules() {
  for tests in "$1"*; do
    if [ -d "$tests" ]; then
      test_rules "$tests/"
      continue
    fi
    # What promtool says does not name the file. The end of a report is what is shown of it.
    report=$(promtool test rules "$tests" 2>&1) || {
      printf '%s\nthe rules fail their tests in %s, see above\n' "$report" "$tests"
      failed=1
    }
  done
}
test_rules ""
exit "$failed"
