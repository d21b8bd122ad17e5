# shellcheck disable=SC2034 # used by what is put behind this
service=blackbox_exporter
metrics=http://127.0.0.1:9115/blackbox/metrics
