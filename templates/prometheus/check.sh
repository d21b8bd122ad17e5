promtool check config{{mode}} /etc/podwatch/current/files/prometheus.yml || exit
