#!/bin/sh
# Entry point of the stand-in Grafana image. It does what Grafana documents for its container: paths from GF_PATHS_*,
# secrets from GF_<SECTION>_<KEY>__FILE, then the server with any arguments added.
set -eu

: "${GF_PATHS_HOME:=/usr/share/grafana}"
: "${GF_PATHS_CONFIG:=/etc/grafana/grafana.ini}"
: "${GF_PATHS_DATA:=/var/lib/grafana}"
: "${GF_PATHS_LOGS:=/var/log/grafana}"
: "${GF_PATHS_PLUGINS:=/var/lib/grafana/plugins}"
: "${GF_PATHS_PROVISIONING:=/etc/grafana/provisioning}"

paths_good=yes
complain() {
  echo "$1='$2' is not $3."
  paths_good=no
}
[ -r "$GF_PATHS_CONFIG" ] || complain GF_PATHS_CONFIG "$GF_PATHS_CONFIG" readable
[ -w "$GF_PATHS_DATA" ] || complain GF_PATHS_DATA "$GF_PATHS_DATA" writable
[ -r "$GF_PATHS_HOME" ] || complain GF_PATHS_HOME "$GF_PATHS_HOME" readable
if [ "$paths_good" = no ]; then
  echo "You may have issues with file permissions, more information here: http://docs.grafana.org/installation/docker/#migrate-to-v51-or-later"
fi

[ -d "$GF_PATHS_PLUGINS" ] || mkdir "$GF_PATHS_PLUGINS"

# The names only: a value may hold line breaks, and none is to be shown.
file_variables=$(awk 'BEGIN { for (name in ENVIRON) if (name ~ /^GF_[A-Za-z0-9_]+__FILE$/ && ENVIRON[name] != "") print name }')
for file_variable in $file_variables; do
  variable=${file_variable%__FILE}
  eval "given=\${$variable:-}"
  file=
  eval "file=\$$file_variable"
  if [ -n "$given" ]; then
    echo "ERROR: Both $variable and $file_variable are set (but are exclusive)" >&2
    exit 1
  fi
  echo "Getting secret $variable from $file"
  # An assignment of its own: a file that cannot be read must end us, not leave an empty secret.
  content=$(cat "$file")
  export "$variable=$content"
  unset "$file_variable"
done
unset given content

export HOME="$GF_PATHS_HOME"

exec grafana server \
  --homepath="$GF_PATHS_HOME" \
  --config="$GF_PATHS_CONFIG" \
  --packaging=docker \
  "$@" \
  cfg:default.log.mode=console \
  cfg:default.paths.data="$GF_PATHS_DATA" \
  cfg:default.paths.logs="$GF_PATHS_LOGS" \
  cfg:default.paths.plugins="$GF_PATHS_PLUGINS" \
  cfg:default.paths.provisioning="$GF_PATHS_PROVISIONING"
