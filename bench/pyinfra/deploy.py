"""The stack as a careful deploy script deploys it: idempotent, checked before it is brought into force, waited for until it
answers, a reload where a reload is enough.

The rendered files, units, check, reload and readiness scripts are those of Podwatch: see bench/bundles.ts.
"""

from os.path import join
from shlex import quote

from common import HOME, SECRET, SERVICES, UNIT_FILES, UNITS, image, secret
from pyinfra import host
from pyinfra.operations import files, server, systemd

CHECKED = ["prometheus", "nginx"]
BUNDLES = join(host.data.bundles, host.name)


def inside(service, hook, command):
    """A script of the service's, run where the command says."""
    with open(join(BUNDLES, service, "hooks", hook), encoding="utf-8") as script:
        return f"printf %s {quote(script.read())} | {command}"


def execute(service):
    return f"podman exec --interactive podwatch-{service} /bin/sh -s"


for service in SERVICES:
    image(host.data.images[service])

for directory in ["/run/roq/service", UNITS]:
    files.directory(directory)

secret(SECRET, host.data.grafana_password)

configured = {
    service: files.sync(
        join(BUNDLES, service, "files"), f"{HOME}/{service}/current/files", mode="644", dir_mode="755"
    )
    for service in SERVICES
}

placed = {
    service: files.put(join(BUNDLES, service, "unit", file), f"{UNITS}/{file}", mode="644")
    for service, file in UNIT_FILES.items()
}

for service in CHECKED:
    check = (
        f"podman run --rm --interactive --network none --read-only --cap-drop all --user {host.data.users[service]} "
        f"--volume {HOME}/{service}:/etc/podwatch:ro --entrypoint /bin/sh {host.data.images[service]} -s"
    )
    server.shell([inside(service, "check", check)], _if=configured[service].did_change)

systemd.daemon_reload(_if=lambda: any(unit.did_change() for unit in placed.values()))

for service in UNIT_FILES:
    systemd.service(f"podwatch-{service}.service", restarted=True, _if=placed[service].did_change)
    systemd.service(f"podwatch-{service}.service", _if=lambda one=placed[service]: not one.did_change())

for service in SERVICES:
    server.shell(
        [inside(service, "reload", execute(service))],
        _if=[configured[service].did_change, lambda one=placed[service]: not one.did_change()],
    )

for service in SERVICES:
    ready = inside(service, "ready", f"{execute(service)} >/dev/null 2>&1")
    server.shell([f"n=0; until {ready}; do n=$((n + 1)); [ $n -lt 300 ] || exit 1; sleep 0.2; done"])
