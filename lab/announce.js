// Says where everything is: reads `pulumi stack output installations --show-secrets --json`.
const { readFileSync } = require("node:fs");

const [stack] = process.argv.slice(2);
const installations = JSON.parse(readFileSync(0, "utf8"));

for (const [host, { url, prometheus, grafana }] of Object.entries(installations)) {
  console.log(`\nHost ${host}:`);
  console.log(`  Start page  ${url}`);
  if (prometheus) console.log(`  Prometheus  ${prometheus}`);
  if (grafana)
    console.log(`  Grafana     ${grafana.url}  (user ${grafana.user}, password ${grafana.password})`);
}

console.log(
  stack === "local"
    ? "\nWhat the containers write: make dev-logs. To remove it all: make dev-down."
    : `
These addresses are the host's own. From here, open a tunnel and go to http://localhost:8080/:
  lab/lab ssh ${stack} -L 8080:127.0.0.1:80 -N
To log in on the host: lab/lab ssh ${stack}. To remove it all: make down.`,
);
