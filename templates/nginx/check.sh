exec nginx -t -q -c /etc/podwatch/current/files/nginx.conf
