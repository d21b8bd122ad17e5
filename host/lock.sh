# One run at a time for each name: a service, a secret, the runner itself.

# How long a run waits for another one of the same name.
readonly LOCK_SECONDS="${PODWATCH_LOCK_SECONDS:-120}"

# The modes of $STATE and of the directories below it.
readonly PRIVATE='711
700
700
700
700'

# What is kept here is for its owner alone: whoever may open a lock, if only to read, could hold it for ever. Of $STATE itself
# others may know what is there by its name: the login user looks for the runner, and a program that is no container's
# runs as a user of its own. Containers are given what is below a service's directory, and do not come by way of those above.
keep_private() {
  # As every run but the first finds them.
  modes=$(stat -c %a "$STATE" "$STATE/locks" "$STATE/services" "$STATE/secrets" "$STATE/images" 2>/dev/null) || :
  if [ "$modes" = "$PRIVATE" ] && [ -w "$STATE/locks" ]; then
    return
  fi
  for directory in locks services secrets images; do
    (umask 077 && mkdir -p "$STATE/$directory") && chmod 700 "$STATE/$directory" || return 1
  done
  chmod 711 "$STATE"
}

# Descriptor 9 holds the lock until this process ends, however it ends. The file may have been removed along with its
# service while this run waited: then it takes the lock of the new file.
lock() {
  keep_private || fail "cannot write to $STATE"
  until
    umask 077
    exec 9>"$STATE/locks/$1"
    umask 022
    if ! flock -w "$LOCK_SECONDS" 9; then
      # A former version made it so that others could open it: then it need not be a deployment that holds it.
      [ "$(stat -L -c %a /proc/self/fd/9)" != 600 ] ||
        fail "another deployment has been at work on $1 for $LOCK_SECONDS s; wait for it, then run pulumi up again"
      rm -f "$STATE/locks/$1"
    fi
    [ "$(stat -L -c %i "$STATE/locks/$1" 2>/dev/null)" = "$(stat -L -c %i /proc/self/fd/9)" ]
  do :; done
}
