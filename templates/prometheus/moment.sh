# Waits for a moment at which no scrape is due, some 2 s at most: `due` is a query that yields the targets whose scrape is.
# shellcheck disable=SC2154 # set by what stands before this
await_moment() {
  query=$(printf '%s' "$due" | sed 's/%/%25/g; s/&/%26/g; s/+/%2B/g; s/;/%3B/g')
  tries=0
  while [ "$tries" -lt 40 ] &&
    wget -q -T 2 -O - --post-data "query=$query" "${metrics%/metrics}/api/v1/query" | grep -q '"value"'; do
    tries=$((tries + 1))
    sleep 0.05
  done
}
