# NGINX keeps its old workers when it refuses a configuration: ask it which one is in force.
new=$(sed -n '/^    location = \/release {$/,/}/ s/^ *return 200 "\([0-9a-f]*\)\\n";$/\1/p' \
  /etc/podwatch/current/files/nginx.conf | tail -n 1)
kill -HUP 1
tries=0
until [ "$(curl --silent --max-time 2 http://127.0.0.1:8081/release)" = "$new" ]; do
  tries=$((tries + 1))
  if [ "$tries" -ge 100 ]; then
    echo "nginx did not take the new configuration within 10 s" >&2
    exit 1
  fi
  sleep 0.1
done
