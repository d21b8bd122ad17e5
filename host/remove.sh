# Removes a service and all that belongs to it; data volumes stay unless the stack says `data: delete`.

remove_service() {
  service=$1
  container=podwatch-$service
  home=$STATE/services/$service
  cat >/dev/null
  input_read=yes
  lock "$service"
  if leave_to_others "$home"; then
    return
  fi
  use_engine "$(installed_engine)"
  use_kind "$(installed_kind)"
  data=$(sed -n 's/^data //p' "$home/current/headers" 2>/dev/null || :)
  remove_what_runs
  of_kind forget "$data"
  rm -rf "$home"
  held=
  each_kind drop_unused
  [ -z "$held" ] || fail "$service is removed, but $held"
  rm -f "$STATE/locks/$service"
  say removed
}

remove_what_runs() {
  for name in $(of_kind units); do
    path=$(unit_path "$name")
    rm -f "${path%/*}/.$name.new"
  done
  of_kind remove
}
