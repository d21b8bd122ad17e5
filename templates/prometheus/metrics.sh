# shellcheck disable=SC2034 # used by what is put behind this
service=prometheus
metrics={{url}}/metrics
