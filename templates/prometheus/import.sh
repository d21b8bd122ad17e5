cd /imported || exit
[ -d wal ] || ls ./*/meta.json >/dev/null 2>&1 || {
  echo "there is neither a wal nor a block, so these are not the data of a Prometheus"
  exit 1
}
# Opens every block. It needs to write there, and leaves nothing.
promtool tsdb list /imported
