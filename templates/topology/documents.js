// Managed by Podwatch. Changes made here are overwritten.
// From the documents of the database to what is known of services; runs inside NGINX (njs).
import checks from "./checks.js";

// An element without children has none, rather than an empty list.
function tagsOf(node) {
  return node.$tags || [];
}

// The first child of each name.
function children(node) {
  const found = {};
  const tags = tagsOf(node);
  for (let index = 0; index < tags.length; index++) {
    const name = tags[index].$name;
    if (found[name] === undefined) {
      found[name] = tags[index];
    }
  }
  return found;
}

function textOf(node) {
  return node === undefined ? "" : node.$text;
}

function all(node, name) {
  return node === undefined ? [] : tagsOf(node).filter((tag) => tag.$name === name);
}

// How many entries a page says that it has, and where the next one begins; only the number is taken from the link.
function paging(root) {
  const meta = children(root).meta;
  if (meta === undefined) {
    return {};
  }
  const next = all(meta, "link").filter((link) => link.$attr$rel === "next")[0];
  const cursor = next === undefined ? null : /[?&]next_cursor=([0-9]{1,15})(&|$)/.exec(next.$attr$href || "");
  return {
    count: checks.seconds(textOf(children(meta).count)),
    next: cursor === null ? undefined : Number(cursor[1]),
  };
}

// `refuse` is told of what is left out.
function service(node, refuse) {
  const found = children(node);
  const one = {
    site: checks.label(textOf(found.SITENAME), 128),
    type: checks.serviceType(textOf(found.SERVICE_TYPE)),
    host: checks.hostname(textOf(found.HOSTNAME)),
    roc: checks.label(textOf(found.ROC_NAME), 128) || "",
    country: checks.label(textOf(found.COUNTRY_CODE), 8) || "",
    scopes: all(found.SCOPES, "SCOPE")
      .map((scope) => checks.label(textOf(scope), 64))
      .filter((scope) => scope !== undefined && scope.indexOf(",") < 0),
    production: textOf(found.IN_PRODUCTION) === "Y",
    monitored: textOf(found.NODE_MONITORED) === "Y",
    urls: [],
  };
  const missing = ["site", "type", "host"].filter((name) => one[name] === undefined)[0];
  if (missing !== undefined) {
    refuse(missing);
    return undefined;
  }
  const given = all(found.ENDPOINTS, "ENDPOINT").map((endpoint) => textOf(children(endpoint).URL));
  given.concat(textOf(found.URL)).forEach((text) => {
    if (text.trim() === "") {
      return;
    }
    const url = checks.url(text);
    if (url === undefined) {
      refuse("url");
    } else if (one.urls.indexOf(url) < 0) {
      one.urls.push(url);
    }
  });
  one.urls = one.urls.slice(0, 16);
  return one;
}

// A downtime of several services is there once for each.
function downtime(node, refuse) {
  const found = children(node);
  const one = {
    site: checks.label(textOf(found.HOSTED_BY), 128) || "",
    type: checks.serviceType(textOf(found.SERVICE_TYPE)),
    host: checks.hostname(textOf(found.HOSTNAME)),
    severity: checks.oneOf(textOf(found.SEVERITY), ["OUTAGE", "WARNING"]),
    classification: checks.oneOf(node.$attr$CLASSIFICATION || textOf(found.CLASSIFICATION), [
      "SCHEDULED",
      "UNSCHEDULED",
    ]),
    start: checks.seconds(textOf(found.START_DATE)),
    end: checks.seconds(textOf(found.END_DATE)),
    url: checks.url(textOf(found.GOCDB_PORTAL_URL)) || "",
  };
  const missing = ["type", "host", "severity", "classification", "start", "end"].filter(
    (name) => one[name] === undefined,
  )[0];
  if (missing !== undefined || one.end <= one.start) {
    refuse(missing === undefined ? "end" : missing);
    return undefined;
  }
  return one;
}

// The site, and who is to be told of it: the addresses of those who have one of the roles.
function contact(node, refuse, roles) {
  const site = checks.label(node.$attr$NAME || textOf(children(node).SHORT_NAME), 128);
  if (site === undefined) {
    refuse("site");
    return undefined;
  }
  const to = [];
  all(node, "CONTACT").forEach((one) => {
    const found = children(one);
    const given = textOf(found.EMAIL);
    if (roles.indexOf(textOf(found.ROLE_NAME).trim()) < 0 || given.trim() === "") {
      return;
    }
    const address = checks.mail(given);
    if (address === undefined) {
      refuse("mail");
    } else if (to.indexOf(address) < 0) {
      to.push(address);
    }
  });
  return to.length === 0 ? undefined : { site: site, to: to.slice(0, 50) };
}

// A service is what has a site, a type and a host: entries that say the same one are one, with the URLs of all.
function merged(services, refuse) {
  const known = {};
  const kept = [];
  services.forEach((one) => {
    const key = JSON.stringify([one.site, one.type, one.host]);
    const before = known[key];
    if (before === undefined) {
      known[key] = one;
      kept.push(one);
      return;
    }
    refuse("duplicate");
    before.urls = before.urls.concat(one.urls.filter((url) => before.urls.indexOf(url) < 0)).slice(0, 16);
    before.production = before.production || one.production;
    before.monitored = before.monitored || one.monitored;
  });
  return kept;
}

export default { all, paging, service, downtime, contact, merged };
