# Before this come `payload`, a tar of all files as base64, and `grafana_password`.
mkdir -p /run/roq/service
payload | base64 -d | tar -xz -C /
printf %s "$grafana_password" | podman secret create podwatch-grafana-admin-password - >/dev/null
systemctl daemon-reload
systemctl start podwatch-prometheus.service podwatch-grafana.service podwatch-nginx.service
await prometheus grafana nginx
