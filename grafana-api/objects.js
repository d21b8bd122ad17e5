// What Podwatch has in somebody else's Grafana. Each kind can be put there, removed and compared; what is not ours is left alone.
//
// Ours is what has our mark, random text that the state knows: a dashboard as a tag, which survives when people edit it, a data source
// among its options. A folder cannot have one, so it is recognised by its uid, and removed only when nobody else has put anything there.
const { createHash } = require("node:crypto");
const { isDeepStrictEqual } = require("node:util");
const { Refused } = require("./client");

/** How often to look again when somebody changes the same thing at the same moment. */
const ATTEMPTS = 3;

/** How long to wait before, in milliseconds. */
const LAG = 1000;

/** The tag of shipped dashboards, by which they link to one another: in a Grafana of many only to their own. */
const SHIPPED_TAG = "podwatch";

/** Body: uid and title; with `existing` only the uid of a folder that is somebody else's. */
const folder = {
  async put(client, { uid, title, existing }, { isNew }) {
    if (client.organisation) await checkOrganisation(client);
    const found = await visible(client, uid, existing);
    if (existing) {
      if (found !== undefined) return { url: found.url };
      throw new Refused(
        404,
        `${client.place} has no folder with the uid ${uid} of grafana.external.folder; make it there, or correct the uid`,
      );
    }
    if (found === undefined) return { url: (await client.done("POST", "folders", { uid, title })).url };
    if (found.title === title) return { url: found.url };
    if (isNew)
      throw foreign(client, `a folder with the uid ${uid}, which is called ${JSON.stringify(found.title)}`);
    const changed = await client.done("PUT", `folders/${uid}`, { title, version: found.version });
    return { url: changed.url };
  },

  async remove(client, { uid, existing }) {
    if (existing || (await client.find(`folders/${uid}`)) === undefined) return {};
    const others = await settledContents(client, uid);
    if (others !== "") {
      return { kept: `${client.place} keeps the folder ${uid}: others have put ${others} there` };
    }
    await gone(client, `folders/${uid}`);
    return {};
  },

  async compare(client, { uid, title, existing }) {
    const found = await client.find(`folders/${uid}`);
    if (found === undefined) return "missing";
    return existing || found.title === title ? undefined : "changed";
  },
};

/** An Editor may make folders, and is told nothing about one that is not there but that it may not see it. */
async function visible(client, uid, existing) {
  try {
    return await client.find(`folders/${uid}`);
  } catch (error) {
    if (existing || !(error instanceof Refused) || error.status !== 403) throw error;
    return undefined;
  }
}

/** The token says which organisation it is of; the header only confirms it, and old versions do not look at it. */
async function checkOrganisation(client) {
  const { id, name } = await client.done("GET", "org");
  if (String(id) === client.organisation) return;
  throw new Refused(
    401,
    `the token of grafana.external.token is of organisation ${id} (${name}) of ${client.place}, not of ${client.organisation}; correct grafana.external.organisation, or make a token there`,
  );
}

/** What others have in a folder, in words. What is ours is gone by now, but some versions search and count by an index that lags. */
async function settledContents(client, uid) {
  for (let attempt = 1; ; attempt++) {
    const others = await contents(client, uid);
    if (others === "" || attempt === ATTEMPTS) return others;
    await new Promise((resolve) => setTimeout(resolve, LAG));
  }
}

async function contents(client, uid) {
  const counts = await client.find(`folders/${uid}/counts`);
  const found = [];
  for (const one of await client.done("GET", `search?folderUIDs=${uid}&limit=10`)) {
    const isGone = one.type === "dash-db" && (await client.find(`dashboards/uid/${one.uid}`)) === undefined;
    if (!isGone) found.push(one);
  }
  const listed = found.map(
    ({ type, title }) =>
      `${type === "dash-folder" ? "the folder" : "the dashboard"} ${JSON.stringify(title)}`,
  );
  if (listed.length > 0) return listed.join(", ");
  return Object.entries(counts ?? {})
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} of kind ${kind}`)
    .join(", ");
}

/** Body: as Grafana has it; what is secret is in `secrets`. */
const datasource = {
  async put(client, body, { owner, secrets }) {
    const wanted = { ...body, jsonData: { ...body.jsonData, podwatch: seal(owner, secrets) } };
    return trying(async () => {
      const found = await client.find(`datasources/uid/${body.uid}`);
      if (found === undefined) {
        const made = await client.done("POST", "datasources", { ...wanted, secureJsonData: secrets });
        return { version: made.datasource?.version };
      }
      ownDatasource(client, found, owner);
      if (contains(found, wanted)) return { version: found.version };
      const changed = await client.done("PUT", `datasources/uid/${body.uid}`, {
        ...wanted,
        version: found.version,
        secureJsonData: secrets,
      });
      return { version: changed.datasource?.version };
    });
  },

  async remove(client, { uid }, { owner }) {
    const found = await client.find(`datasources/uid/${uid}`);
    if (found === undefined) return {};
    if (!isOwnDatasource(found, owner))
      return { kept: `${client.place} keeps the data source ${uid}: it is not ours any more` };
    await gone(client, `datasources/uid/${uid}`);
    return {};
  },

  async compare(client, body, { owner, secrets }) {
    const found = await client.find(`datasources/uid/${body.uid}`);
    if (found === undefined) return "missing";
    if (!isOwnDatasource(found, owner)) return "other";
    return contains(found, { ...body, jsonData: { ...body.jsonData, podwatch: seal(owner, secrets) } })
      ? undefined
      : "changed";
  },
};

/** The mark, and by which secrets it is put there: Grafana does not show them. */
function seal(owner, secrets) {
  const digest = createHash("sha256")
    .update(JSON.stringify([owner, secrets]))
    .digest("hex");
  return `${owner} ${digest.slice(0, 16)}`;
}

function isOwnDatasource({ jsonData }, owner) {
  return String(jsonData?.podwatch ?? "").split(" ")[0] === owner;
}

function ownDatasource(client, found, owner) {
  if (!isOwnDatasource(found, owner)) {
    throw foreign(
      client,
      `a data source with the uid ${found.uid}, which is called ${JSON.stringify(found.name)}`,
    );
  }
}

/** Body: dashboard, and the folder that it is in. */
const dashboard = {
  async put(client, { folderUid, dashboard: content }, { owner }) {
    const wanted = marked(content, owner);
    return trying(async () => {
      const found = await client.find(`dashboards/uid/${content.uid}`);
      if (found !== undefined) {
        ownDashboard(client, found, owner);
        if (isSame(found, wanted, folderUid)) return shown(found.dashboard.version, found.meta.url);
      }
      const saved = await client.done("POST", "dashboards/db", {
        dashboard: { ...wanted, id: null, version: found?.dashboard.version ?? 0 },
        folderUid,
        message: "Podwatch",
        overwrite: false,
      });
      return shown(saved.version, saved.url);
    });
  },

  async remove(client, { dashboard: { uid } }, { owner }) {
    const found = await client.find(`dashboards/uid/${uid}`);
    if (found === undefined) return {};
    if (!isOwnDashboard(found, owner))
      return { kept: `${client.place} keeps the dashboard ${uid}: it is not ours any more` };
    await gone(client, `dashboards/uid/${uid}`);
    return {};
  },

  async compare(client, { folderUid, dashboard: content }, { owner, last }) {
    const found = await client.find(`dashboards/uid/${content.uid}`);
    if (found === undefined) return "missing";
    if (!isOwnDashboard(found, owner)) return "other";
    // Versions of Grafana may convert what they are given: what nobody has saved since is as we saved it.
    if (found.dashboard.version === last?.version && found.meta.folderUid === folderUid) return undefined;
    return isSame(found, marked(content, owner), folderUid) ? undefined : "changed";
  },
};

const shown = (version, url) => ({ version, url });

function marked(content, owner) {
  const links = content.links?.map((link) =>
    link.tags?.includes(SHIPPED_TAG)
      ? { ...link, tags: link.tags.map((tag) => (tag === SHIPPED_TAG ? owner : tag)) }
      : link,
  );
  return { ...content, ...(links === undefined ? {} : { links }), tags: [...(content.tags ?? []), owner] };
}

function isOwnDashboard({ dashboard: { tags }, meta }, owner) {
  return meta.provisioned !== true && (tags ?? []).includes(owner);
}

function ownDashboard(client, found, owner) {
  if (isOwnDashboard(found, owner)) return;
  const { uid, title } = found.dashboard;
  const how = found.meta.provisioned === true ? " and is provisioned" : "";
  throw foreign(client, `a dashboard with the uid ${uid}, which is called ${JSON.stringify(title)}${how}`);
}

function isSame(
  { dashboard: found, meta },
  { id: _, version: __, schemaVersion: ___, ...wanted },
  folderUid,
) {
  return meta.folderUid === folderUid && contains(found, wanted);
}

function foreign(client, what) {
  return new Refused(
    409,
    `${client.place} has ${what}: it does not have the mark of this stack and was left as it is; remove it there, or give it another uid`,
  );
}

/** Nobody else's change is overwritten: what has changed meanwhile is looked at again. */
async function trying(work) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const changed =
        error instanceof Refused &&
        (error.status === 412 || /by someone else|uid already exists/i.test(error.message));
      if (!changed || attempt === ATTEMPTS) throw error;
    }
  }
}

async function gone(client, path) {
  const { status, json } = await client.ask("DELETE", path);
  if (status !== 404) client.accepted("DELETE", path, status, json);
}

/** Whether one has all that the other has; Grafana adds to what it is given. */
function contains(found, wanted) {
  if (typeof wanted !== "object" || wanted === null || Array.isArray(wanted)) {
    return isDeepStrictEqual(found, wanted) || sameList(found, wanted);
  }
  if (typeof found !== "object" || found === null) return false;
  return Object.entries(wanted).every(([key, value]) => contains(found[key], value));
}

function sameList(found, wanted) {
  return (
    Array.isArray(found) &&
    Array.isArray(wanted) &&
    found.length === wanted.length &&
    wanted.every((value, index) => contains(found[index], value))
  );
}

module.exports = { folder, datasource, dashboard };
