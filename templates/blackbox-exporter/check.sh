exec /bin/blackbox_exporter --config.check --config.file=/etc/podwatch/current/files/blackbox.yml
