"""Removes what deploy.py made, except for the images."""

from common import SECRET, UNIT_FILES, UNITS
from pyinfra.operations import files, server, systemd

for service in reversed(UNIT_FILES):
    systemd.service(f"podwatch-{service}.service", running=False)
for file in UNIT_FILES.values():
    files.file(f"{UNITS}/{file}", present=False)
systemd.daemon_reload()
server.shell(
    [
        "podman volume rm --force podwatch-prometheus podwatch-grafana",
        "podman network rm --force podwatch",
        f"podman secret rm {SECRET}",
    ]
)
files.directory("/var/lib/podwatch", present=False)
