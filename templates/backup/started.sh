exec /bin/sh "$PODWATCH_RUNNER" save-prepare backup
