# Before this come `payload` and `grafana_password`: all files are compared, and all services asked.
payload | base64 -d | tar -dz -C /
[ "$grafana_password" = "$(podman secret inspect --showsecret --format '{{.SecretData}}' podwatch-grafana-admin-password)" ]
systemctl --quiet is-active podwatch-prometheus.service podwatch-grafana.service podwatch-nginx.service
await prometheus grafana nginx
