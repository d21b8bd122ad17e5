# shellcheck disable=SC2034 # used by what is put behind this
service={{service}}
metrics={{url}}/metrics
