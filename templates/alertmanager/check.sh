exec amtool check-config /etc/podwatch/current/files/alertmanager.yml
