for kind in datasources dashboards; do
  if ! api POST "admin/provisioning/$kind/reload"; then
    echo "grafana refused the new $kind" >&2
    exit 1
  fi
done
