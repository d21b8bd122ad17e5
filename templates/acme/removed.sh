exec /bin/sh "$PODWATCH_RUNNER" certify-leave acme
