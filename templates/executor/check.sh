exec python3 /opt/executor/executor.py --check /etc/podwatch/current/files/executor.json
