# Asked by its unix socket, which is there whoever else it listens to. systemd keeps the socket open while the service is
# down, and a question would then wait in vain.
case $(id -u) in
  0) directory=/run/podwatch manager=--system ;;
  *) directory=$XDG_RUNTIME_DIR/podwatch manager=--user ;;
esac
systemctl "$manager" --quiet is-active podwatch-node-exporter.service &&
  curl --silent --fail --max-time 5 --unix-socket "$directory/node-exporter.sock" http://localhost/metrics | grep -q '^node_'
