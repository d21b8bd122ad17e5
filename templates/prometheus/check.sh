promtool check config /etc/podwatch/current/files/prometheus.yml || exit
