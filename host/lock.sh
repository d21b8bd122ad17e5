# One run at a time for each name: a service, a secret, the runner itself.

# How long a run waits for another one of the same name, in seconds.
readonly LOCK_SECONDS="${PODWATCH_LOCK_SECONDS:-120}"

# The modes of $STATE and of the directories below it.
readonly PRIVATE='711
700
700
700
700'

# Accessible to the owner only: whoever may open a lock file, even read-only, could hold it forever. $STATE itself may be
# traversed by others: the login user looks for the runner, and native programs run as a user of their own. Containers get
# bind mounts from below a service's directory, so they do not traverse the directories above.
keep_private() {
  # The usual case: all modes are right already.
  modes=$(stat -c %a "$STATE" "$STATE/locks" "$STATE/services" "$STATE/secrets" "$STATE/images" 2>/dev/null) || :
  if [ "$modes" = "$PRIVATE" ] && [ -w "$STATE/locks" ]; then
    return
  fi
  for directory in locks services secrets images; do
    (umask 077 && mkdir -p "$STATE/$directory") && chmod 700 "$STATE/$directory" || return 1
  done
  chmod 711 "$STATE"
}

# Descriptor 9 holds the lock until this process ends, however it ends. If the file was removed along with its service while
# this run waited, the lock of the new file is taken.
lock() {
  keep_private || fail "cannot write to $STATE"
  until
    umask 077
    exec 9>"$STATE/locks/$1"
    umask 022
    if ! flock -w "$LOCK_SECONDS" 9; then
      # Other users could open the lock file of a former version, so its holder need not be a deployment.
      [ "$(stat -L -c %a /proc/self/fd/9)" != 600 ] ||
        fail "another deployment has been at work on $1 for $LOCK_SECONDS s; wait for it, then run pulumi up again"
      rm -f "$STATE/locks/$1"
    fi
    [ "$(stat -L -c %i "$STATE/locks/$1" 2>/dev/null)" = "$(stat -L -c %i /proc/self/fd/9)" ]
  do :; done
}
