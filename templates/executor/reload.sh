exec python3 /opt/executor/executor.py --reload /etc/podwatch/current/files/executor.json
