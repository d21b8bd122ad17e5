python3 /opt/executor/executor.py --ready
