"""A node exporter as a careful deploy script deploys it: a release of which the checksum is compared, a user of its own, units
that are checked, a restart only where one is needed, waited for until it answers.

The rendered units and the readiness script are those of Podwatch: see bench/scale/beside.ts.
"""

from os.path import join
from shlex import quote

from pyinfra import host
from pyinfra.operations import files, server, systemd

# In the order in which they are started.
UNITS = ["podwatch-node-exporter.socket", "podwatch-node-exporter.service"]
SYSTEMD = "/etc/systemd/system"

data = host.data
bundle = join(data.bundles, host.name, "node-exporter")
archive = f"{data.program}/release.tar.gz"

server.user(
    data.account, system=True, create_home=False, home="/nonexistent", ensure_home=False, shell="/usr/sbin/nologin"
)

for directory in [data.textfiles, data.program]:
    files.directory(directory, mode="755")

release = files.download(data.url, archive, sha256sum=data.sha256, mode="644")
server.shell(
    [
        f"tar -xzf {archive} -C {data.program} --strip-components=1 --no-same-owner {data.member}",
    ],
    _if=release.did_change,
)

placed = {unit: files.put(join(bundle, "unit", unit), f"{SYSTEMD}/{unit}", mode="644") for unit in UNITS}


def changed():
    return any(unit.did_change() for unit in placed.values())


server.shell([f"cd {SYSTEMD} && systemd-analyze verify {' '.join(UNITS)}"], _if=changed)
systemd.daemon_reload(_if=changed)

for unit in UNITS:
    anew = lambda one=placed[unit]: one.did_change() or release.did_change()  # noqa: E731
    systemd.service(unit, enabled=True, restarted=True, _if=anew)
    systemd.service(unit, enabled=True, _if=lambda anew=anew: not anew())

with open(join(bundle, "hooks", "ready"), encoding="utf-8") as script:
    ready = f"printf %s {quote(script.read())} | /bin/sh -s"
server.shell([f"n=0; until {ready}; do n=$((n + 1)); [ $n -lt 150 ] || exit 1; sleep 0.2; done"])
