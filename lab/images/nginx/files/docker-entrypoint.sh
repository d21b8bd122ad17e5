#!/bin/sh
# Starts the command, as the official image's entry point does. That one also runs the scripts of
# /docker-entrypoint.d and fills in /etc/nginx/templates; this one does not, and says so.
set -eu
for file in /docker-entrypoint.d/* /etc/nginx/templates/*.template; do
  [ ! -e "$file" ] || {
    echo "$0: error: $file: the lab's nginx image runs no entry point scripts and fills in no templates" >&2
    exit 1
  }
done
exec "$@"
