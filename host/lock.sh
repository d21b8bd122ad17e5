# One run at a time for each name: a service, a secret, the runner itself.

# How long a run waits for another one of the same name.
readonly LOCK_SECONDS="${PODWATCH_LOCK_SECONDS:-120}"

# Descriptor 9 holds the lock until this process ends, however it ends. The file may have been removed along with its
# service while this run waited: then it takes the lock of the new file.
lock() {
  mkdir -p "$STATE/locks" || fail "cannot write to $STATE"
  until
    exec 9>"$STATE/locks/$1"
    flock -w "$LOCK_SECONDS" 9 ||
      fail "another deployment has been at work on $1 for $LOCK_SECONDS s; wait for it, then run pulumi up again"
    [ "$(stat -L -c %i "$STATE/locks/$1" 2>/dev/null)" = "$(stat -L -c %i /proc/self/fd/9)" ]
  do :; done
}
