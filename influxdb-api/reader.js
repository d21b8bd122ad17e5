// Makes, changes or removes a user of an InfluxDB outside of the stack who may read some of its databases and do nothing else. Reads who
// from standard input (JSON: setting, variable, user, databases), and where from its environment.
//
//   PODWATCH_INFLUXDB_URL, _CA, _PASSWORD   where it is, and the password of that user
//   the variable that is named              `user:password` of an administrator there: from the environment of this one run
const { text } = require("node:stream/consumers");
const { Client, Denied } = require("./client");

const ACTIONS = { create: put, update: put, remove };

async function apply(action, body, environment) {
  const wanted = JSON.parse(body);
  const { PODWATCH_INFLUXDB_URL: url, PODWATCH_INFLUXDB_CA: ca } = environment;
  const client = new Client({ url, ca, setting: wanted.setting });
  const admin = administrator(client, wanted, environment);
  await client.version();
  const asked = (q) =>
    client.query(q, admin).catch((error) => {
      throw error instanceof Denied ? new Error(denied(client, wanted, admin, error)) : error;
    });
  const there = (await asked("SHOW USERS")).some(({ user }) => user === wanted.user);
  const own = { user: wanted.user, password: environment.PODWATCH_INFLUXDB_PASSWORD };
  await ACTIONS[action]({ client, asked, wanted, there, own, isNew: action === "create" });
}

/** The user with that password, and the right to read these databases. */
async function put({ client, asked, wanted, there, own, isNew }) {
  const { user, databases, setting } = wanted;
  const found = (await asked("SHOW DATABASES")).map(({ name }) => name);
  const missing = databases.filter((name) => !found.includes(name));
  if (missing.length > 0) {
    throw new Error(
      `${client.place} has no database ${missing.map(quoted).join(", ")}; it has ${found.map(quoted).join(", ")}: correct ${setting}.databases, or make it there`,
    );
  }
  if (isNew && there && !(await isOurs(client, own))) {
    throw new Error(
      `${client.place} has a user ${quoted(user)} already, whom somebody else has made; write another name as ${setting}.user`,
    );
  }
  const password = literal(own.password);
  await asked(
    there
      ? `SET PASSWORD FOR ${quoted(user)} = ${password}`
      : `CREATE USER ${quoted(user)} WITH PASSWORD ${password}`,
  );
  await asked(`REVOKE ALL PRIVILEGES FROM ${quoted(user)}`);
  for (const { database } of await asked(`SHOW GRANTS FOR ${quoted(user)}`)) {
    if (!databases.includes(database)) await asked(`REVOKE ALL ON ${quoted(database)} FROM ${quoted(user)}`);
  }
  for (const database of databases) {
    await asked(`REVOKE ALL ON ${quoted(database)} FROM ${quoted(user)}`);
    await asked(`GRANT READ ON ${quoted(database)} TO ${quoted(user)}`);
  }
  await client.query("SHOW DATABASES", own);
}

async function remove({ asked, wanted, there }) {
  if (there) await asked(`DROP USER ${quoted(wanted.user)}`);
}

/** One that a run has made that was interrupted then. */
function isOurs(client, own) {
  return client.query("SHOW DATABASES", own).then(
    () => true,
    (error) => {
      if (error instanceof Denied) return false;
      throw error;
    },
  );
}

function administrator(client, { variable, user }, environment) {
  const given = environment[variable] ?? "";
  const [, name, password] = /^([^:]+):(.+)$/s.exec(given) ?? [];
  if (name !== undefined) return { user: name, password };
  const what = given === "" ? "is not set" : "is not of the form user:password";
  throw new Error(
    `an administrator of ${client.place} has to make, change or remove the user ${quoted(user)} there, and ${variable} ${what}; set it to user:password in the environment of this one run: it is stored nowhere`,
  );
}

function denied(client, { variable }, admin, { status, message }) {
  return status === 401
    ? `${client.place} refuses the log-in of ${quoted(admin.user)} that ${variable} has (${message}); set it to user:password of an administrator there`
    : `${quoted(admin.user)} of ${variable} is no administrator of ${client.place} (${message}); set it to user:password of one`;
}

/** For a command: `node -e "require('podwatch/influxdb-api/reader').run('create')"`. */
async function run(action) {
  const body = await text(process.stdin);
  try {
    await apply(action, body, process.env);
    process.stdout.write("{}\n");
  } catch (error) {
    const forgotten =
      action === "remove"
        ? ". The user was not removed there; pulumi state delete forgets one whose InfluxDB is gone for good"
        : "";
    process.stderr.write(`podwatch: ${error.message}${forgotten}\n`);
    process.exitCode = 1;
  }
}

const quoted = (name) => `"${name.replaceAll(/["\\]/g, "\\$&")}"`;

const literal = (value) => `'${value.replaceAll(/['\\]/g, "\\$&")}'`;

module.exports = { apply, run };
