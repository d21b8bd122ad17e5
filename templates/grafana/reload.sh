for kind in datasources dashboards; do
  api POST "admin/provisioning/$kind/reload" >/dev/null
  case $? in
    0) ;;
    2)
      # Somebody has the administrator locked out. Grafana reads the same files when it starts.
      echo "grafana lets its administrator in under no name" >&2
      exit 75
      ;;
    *)
      echo "grafana refused the new $kind" >&2
      exit 1
      ;;
  esac
done
