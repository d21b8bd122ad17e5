exec /bin/sh "$PODWATCH_RUNNER" certify-begin acme
