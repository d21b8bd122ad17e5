// The order of the test files: those that take longest begin first, so that no worker is left with one at the end.
// Jest learns durations by itself, but forgets them with its cache, and a fresh checkout has none.
const { default: Sequencer } = require("@jest/test-sequencer");

/** Files of tests/integration/ that take more than a minute, the longest first. */
const LONGEST = [
  "executor",
  "docker",
  "bastion",
  "operate",
  "apimon",
  "isa",
  "regional",
  "scale",
  "front",
  "lostHosts",
  "prometheus",
  "nodeExporter",
  "transaction",
  "grafana",
  "badHosts",
  "checks",
  "storage",
  "machines",
  "firewall",
  "topology",
  "availability",
  "local",
  "interruptedHost",
  "interruptedEngine",
  "rootless",
  "builtImages",
  "engine",
  "chickens",
  "noGap",
  "authentication",
  "toolchain",
  "secrets",
  "delivery",
  "dashboards",
  "lifecycle",
  "sudoPassword",
  "errors",
  "package",
  "exporters",
  "externalGrafana",
];

class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => {
      const [, name] = /\/tests\/integration\/(\w+)\.test\.ts$/.exec(path) ?? [];
      const listed = LONGEST.indexOf(name);
      return listed === -1 ? LONGEST.length : listed;
    };
    return super.sort(tests).sort((one, other) => rank(one) - rank(other));
  }
}

module.exports = LongestFirst;
module.exports.LONGEST = LONGEST;
