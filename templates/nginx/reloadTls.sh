# NGINX keeps its old workers when it refuses a configuration or a certificate: ask it which configuration is in force, and
# whether a process answers that was not there before. Its master is process 1.
new=$(sed -n '/^    location = \/release {$/,/}/ s/^ *return 200 "\([0-9a-f]*\)\\n";$/\1/p' \
  /etc/podwatch/current/files/nginx.conf | tail -n 1)
ask() { curl --silent --max-time 2 "http://127.0.0.1:8081/$1"; }
workers() { grep -l '^PPid:[[:space:]]*1$' /proc/[0-9]*/status 2>/dev/null | tr -cd '0-9\n' | tr '\n' ' '; }
old=" $(workers)"
kill -HUP 1
tries=0
until
  worker=$(ask worker)
  case $old in *" ${worker:-none} "*) false ;; *) [ -n "$worker" ] && [ "$(ask release)" = "$new" ] ;; esac
do
  tries=$((tries + 1))
  if [ "$tries" -ge 100 ]; then
    echo "nginx did not take the new configuration and certificate within 10 s" >&2
    exit 1
  fi
  sleep 0.1
done
