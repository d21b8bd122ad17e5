systemctl stop podwatch-nginx.service podwatch-grafana.service podwatch-prometheus.service podwatch-network.service
rm -rf /etc/containers/systemd/podwatch* /var/lib/podwatch
systemctl daemon-reload
podman volume rm podwatch-prometheus podwatch-grafana >/dev/null
podman network rm podwatch >/dev/null
podman secret rm podwatch-grafana-admin-password >/dev/null
