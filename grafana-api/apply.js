// Puts one object into somebody else's Grafana, removes it, or compares it: reads it from standard input (JSON), and where it goes from its
// environment. Prints what a deployment has to remember of it.
//
//   PODWATCH_GRAFANA_KIND          folder, datasource or dashboard
//   PODWATCH_GRAFANA_URL, _TOKEN, _ORGANISATION, _CA
//   PODWATCH_GRAFANA_OWNER         the mark of what is ours
//   PODWATCH_GRAFANA_SECRETS       what a data source logs in with (JSON)
//   PODWATCH_GRAFANA_LAST          what the last deployment printed, for a comparison
//   PODWATCH_GRAFANA_PATIENCE      how long a Grafana that is away is waited for, in seconds
const { text } = require("node:stream/consumers");
const { Client, patiently } = require("./client");
const objects = require("./objects");

/** A Grafana that restarts is waited for, in seconds; meanwhile a deployment goes on with its hosts. */
const PATIENCE = 30;

/** What is asked of an object by its resource. */
const ACTIONS = {
  create: (kind, client, body, context) => kind.put(client, body, { ...context, isNew: true }),
  update: (kind, client, body, context) => kind.put(client, body, { ...context, isNew: false }),
  remove: (kind, client, body, context) => kind.remove(client, body, context),
};

function clientOf(environment) {
  return new Client({
    url: environment.PODWATCH_GRAFANA_URL,
    token: environment.PODWATCH_GRAFANA_TOKEN,
    organisation: environment.PODWATCH_GRAFANA_ORGANISATION,
    ca: environment.PODWATCH_GRAFANA_CA,
  });
}

function contextOf(environment) {
  return {
    owner: environment.PODWATCH_GRAFANA_OWNER,
    secrets: JSON.parse(environment.PODWATCH_GRAFANA_SECRETS || "{}"),
    last: parsed(environment.PODWATCH_GRAFANA_LAST),
  };
}

/** How an object differs from what was applied: `missing`, `changed`, or `other` if it is somebody else's; undefined if it does not. */
async function compare(body, environment) {
  const kind = objects[environment.PODWATCH_GRAFANA_KIND];
  return kind.compare(clientOf(environment), JSON.parse(body), contextOf(environment));
}

async function apply(
  action,
  body,
  environment,
  patience = environment.PODWATCH_GRAFANA_PATIENCE ?? PATIENCE,
) {
  const kind = objects[environment.PODWATCH_GRAFANA_KIND];
  const client = clientOf(environment);
  return patiently(patience, () => ACTIONS[action](kind, client, JSON.parse(body), contextOf(environment)));
}

/** For a command: `node -e "require('podwatch/grafana-api/apply').run('create')"`. */
async function run(action) {
  const body = await text(process.stdin);
  try {
    const { kept, ...remembered } = await apply(action, body, process.env);
    if (kept !== undefined) process.stderr.write(`podwatch: ${kept}\n`);
    process.stdout.write(`${JSON.stringify(remembered)}\n`);
  } catch (error) {
    process.stderr.write(`podwatch: ${error.message}${consequence(action, error)}\n`);
    process.exitCode = 1;
  }
}

/** What follows. */
function consequence(action, { name, status }) {
  if (action === "remove") {
    const again = status === 401 ? "" : "; run it again once this is mended";
    return `. It was not removed there${again}; a destroy uses the token of the last pulumi up, and pulumi state delete forgets an object of a Grafana that is gone for good`;
  }
  return status === undefined && name === "Error"
    ? ". Everything on the hosts is applied; run pulumi up again once it is back"
    : "";
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

module.exports = { apply, compare, clientOf, run };
