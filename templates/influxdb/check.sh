files=/etc/podwatch/current/files
for config in users influxdb; do
  influxd config -config "$files/$config.conf" >/dev/null || exit 1
done
sh -n "$files/start.sh" && sh -n "$files/users.sh" && sh -n "$files/query.sh"
