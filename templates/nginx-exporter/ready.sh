# The exporter's own image holds nothing but the exporter, so NGINX asks it, and whether it has reached NGINX.
curl --silent --fail --max-time 2 http://podwatch-nginx-exporter:9113/metrics | grep -qx 'nginx_up 1'
