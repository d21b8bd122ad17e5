# shellcheck disable=SC2034 # used by what is put behind this
service=blackbox_exporter
metrics={{url}}/metrics
