# shellcheck disable=SC2034 # used by what is put behind this
service=alertmanager
metrics=http://127.0.0.1:9093/alertmanager/metrics
