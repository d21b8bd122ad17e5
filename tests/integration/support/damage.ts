// What somebody may do by hand to a host of the full stack.
import { ENGINE, unitFile, withDocker } from "./engine";

const STATE = "/var/lib/podwatch";

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
  script: `echo '# mine' >>${unitFile("prometheus")}; systemctl stop podwatch-prometheus
    rm ${unitFile("grafana")}`,
  expected: [
    `grafana: unit missing ${unitFile("grafana")}`,
    `prometheus: unit changed ${unitFile("prometheus")}`,
    "prometheus: unit stopped podwatch-prometheus.service",
  ],
};
export const MASKED: Damage = {
  kind: "a unit masked and stopped",
  // `systemctl mask` refuses to replace a file, as which the units of Docker's containers are there.
  script: withDocker
    ? `systemctl stop podwatch-nginx; ln -sf /dev/null ${unitFile("nginx")}; systemctl daemon-reload`
    : "systemctl mask --now podwatch-nginx",
  expected: [
    "nginx: unit masked podwatch-nginx.service",
    "nginx: unit stopped podwatch-nginx.service",
    ...(withDocker
      ? [`nginx: unit changed ${unitFile("nginx")}`, "nginx: unit disabled podwatch-nginx.service"]
      : []),
  ],
};
export const REPLACED: Damage = {
  kind: "a container replaced by one of another image",
  script: `systemctl stop podwatch-nginx
    ${ENGINE} run -d --tmpfs /prometheus --name podwatch-nginx --entrypoint sleep $(${ENGINE} inspect -f '{{${withDocker ? ".Config.Image" : ".ImageName"}}}' podwatch-prometheus) 1000`,
  expected: [
    "nginx: unit stopped podwatch-nginx.service",
    expect.stringMatching(/^nginx: container replaced podwatch-nginx from docker.io\/prom\/prometheus:/),
  ],
};
/** Where the runner keeps a secret. */
const KEPT = `${STATE}/secrets/podwatch-grafana-admin-password`;

export const SECRET: Damage = {
  kind: "a secret changed",
  // With Docker, which keeps none, the service reads it at its next start.
  script: withDocker
    ? `read -r version _ <${KEPT}/used; echo other >${KEPT}/$version; systemctl restart podwatch-grafana`
    : `podman secret rm podwatch-grafana-admin-password
    echo other | podman secret create podwatch-grafana-admin-password -`,
  expected: ["grafana: secret changed podwatch-grafana-admin-password"],
};
export const LOST: Damage = {
  kind: "a secret lost with the runner's copy of it",
  script: `${withDocker ? "" : "podman secret rm podwatch-grafana-admin-password; "}rm -r ${KEPT}`,
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
  script: `systemctl stop podwatch-grafana podwatch-nginx podwatch-prometheus; ${ENGINE} network rm podwatch`,
  expected: [
    "network: network missing podwatch",
    "grafana: unit stopped podwatch-grafana.service",
    "nginx: unit stopped podwatch-nginx.service",
    "prometheus: unit stopped podwatch-prometheus.service",
  ],
};
