# Before this comes `payload`: all files are compared, and the service asked.
payload | base64 -d | tar -dz -C /
getent passwd "$account" >/dev/null
[ -d "$textfiles" ] && [ -x "$program/node_exporter" ]
systemctl --quiet is-active podwatch-node-exporter.socket podwatch-node-exporter.service
await
