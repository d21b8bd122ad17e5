# The exporter's own image holds nothing but the exporter, so NGINX asks it, and whether it has reached NGINX.
curl --silent --fail --max-time 2 {{url}}/metrics | grep -qx 'nginx_up 1'
