wget -q -T 2 -O /dev/null http://127.0.0.1:9093/alertmanager/-/ready
