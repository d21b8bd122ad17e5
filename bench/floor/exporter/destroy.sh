systemctl --quiet disable --now podwatch-node-exporter.socket podwatch-node-exporter.service
rm -rf /etc/systemd/system/podwatch-node-exporter.* /var/lib/podwatch /run/podwatch
systemctl daemon-reload
userdel "$account"
