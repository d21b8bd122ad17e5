# Before this comes `payload`, a tar that holds the changed configuration of Prometheus.
payload | base64 -d | tar -xz -C /
podman exec --interactive podwatch-prometheus /bin/sh -s <"$home/prometheus/current/hooks/reload"
await prometheus
