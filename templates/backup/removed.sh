exec /bin/sh "$PODWATCH_RUNNER" save-leave backup
