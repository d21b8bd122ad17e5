// What somebody may do by hand to a host of the full stack.
const STATE = "/var/lib/podwatch";
const UNITS = "/etc/containers/systemd";

/** Something done to a host, and what drift says of it. */
export interface Damage {
  readonly kind: string;
  readonly script: string;
  readonly expected: readonly unknown[];
}

export const EDITED: Damage = {
  kind: "a file edited, one added",
  script: `echo '# mine' >>${STATE}/services/prometheus/current/files/prometheus.yml
    echo >${STATE}/services/nginx/current/files/mine`,
  expected: ["nginx: file added files/mine", "prometheus: file changed files/prometheus.yml"],
};
export const UNIT: Damage = {
  kind: "a unit changed and stopped, one deleted",
  script: `echo '# mine' >>${UNITS}/podwatch-prometheus.container; systemctl stop podwatch-prometheus
    rm ${UNITS}/podwatch-grafana.container`,
  expected: [
    `grafana: unit missing ${UNITS}/podwatch-grafana.container`,
    `prometheus: unit changed ${UNITS}/podwatch-prometheus.container`,
    "prometheus: unit stopped podwatch-prometheus.service",
  ],
};
export const MASKED: Damage = {
  kind: "a unit masked and stopped",
  script: "systemctl mask --now podwatch-nginx",
  expected: ["nginx: unit masked podwatch-nginx.service", "nginx: unit stopped podwatch-nginx.service"],
};
export const REPLACED: Damage = {
  kind: "a container replaced by one of another image",
  script: `systemctl stop podwatch-nginx
    podman run -d --image-volume ignore --name podwatch-nginx --entrypoint sleep $(podman inspect -f '{{.ImageName}}' podwatch-prometheus) 1000`,
  expected: [
    "nginx: unit stopped podwatch-nginx.service",
    expect.stringMatching(/^nginx: container replaced podwatch-nginx from docker.io\/prom\/prometheus:/),
  ],
};
export const SECRET: Damage = {
  kind: "a secret changed",
  script: `podman secret rm podwatch-grafana-admin-password
    echo other | podman secret create podwatch-grafana-admin-password -`,
  expected: ["grafana: secret changed podwatch-grafana-admin-password"],
};
export const LOST: Damage = {
  kind: "a secret lost with the runner's copy of it",
  script: `podman secret rm podwatch-grafana-admin-password; rm -r ${STATE}/secrets/podwatch-grafana-admin-password`,
  expected: ["grafana: secret missing podwatch-grafana-admin-password"],
};
export const RUNNER: Damage = {
  kind: "the runner changed",
  script: `echo '# mine' >>${STATE}/runner`,
  expected: [expect.stringMatching(/^runner: runner changed /)],
};
export const NO_STATE: Damage = {
  kind: `${STATE} deleted, with everything running`,
  script: `rm -r ${STATE}`,
  expected: [expect.stringMatching(/^runner: runner broken /)],
};
export const NETWORK: Damage = {
  kind: "the network gone",
  script: "systemctl stop podwatch-grafana podwatch-nginx podwatch-prometheus; podman network rm podwatch",
  expected: [
    "network: network missing podwatch",
    "grafana: unit stopped podwatch-grafana.service",
    "nginx: unit stopped podwatch-nginx.service",
    "prometheus: unit stopped podwatch-prometheus.service",
  ],
};
