cd /etc/podwatch/current/files/rule-tests || exit
failed=0
for tests in *; do
  # What promtool says does not name the file. The end of a report is what is shown of it.
  report=$(promtool test rules "$tests" 2>&1) || {
    printf '%s\nthe rules fail their tests in %s, see above\n' "$report" "$tests"
    failed=1
  }
done
exit "$failed"
