# shellcheck disable=SC2034 # used by what is put behind this
service=prometheus
metrics=http://127.0.0.1:9090/prometheus/metrics
