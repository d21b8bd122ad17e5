# From there, what promtool says names files as short as it can.
cd /etc/podwatch/current/files/rule-tests && exec promtool test rules ./*
