"""What deploying and removing share: names, facts and operations that pyinfra has not, of podman."""

from shlex import quote

from pyinfra import host
from pyinfra.api import FactBase, operation

SERVICES = ["prometheus", "grafana", "nginx"]
HOME = "/var/lib/podwatch/services"
UNITS = "/etc/containers/systemd"
SECRET = "podwatch-grafana-admin-password"

# In the order in which they are started.
UNIT_FILES = {
    "network": "podwatch.network",
    "prometheus": "podwatch-prometheus.container",
    "grafana": "podwatch-grafana.container",
    "nginx": "podwatch-nginx.container",
}


class Images(FactBase):
    """The images that the host has."""

    default = list

    def command(self):
        return "podman images --format '{{.Repository}}:{{.Tag}}'"

    def process(self, output):
        return list(output)


class Secret(FactBase):
    """The value of one of podman's secrets; empty where there is none."""

    default = str

    def command(self, secret):
        return f"podman secret inspect --showsecret --format '{{{{.SecretData}}}}' {secret} 2>/dev/null || true"

    def process(self, output):
        return "".join(output)


@operation()
def image(reference):
    if reference in host.get_fact(Images):
        host.noop(f"{reference} is there")
    else:
        yield f"podman pull --quiet {reference}"


@operation()
def secret(secret, value):
    if host.get_fact(Secret, secret) == value:
        host.noop(f"{secret} is there")
    else:
        yield f"printf %s {quote(value)} | podman secret create --replace {secret} -"
