// The documents of the stand-in for GOCDB.
import type { ContactEntry, DowntimeEntry, ServiceEntry } from "./gocdb";

export interface Entry {
  /** Of what pages go by. */
  readonly id: number;
  readonly xml: string;
}

export function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

const element = (name: string, text: string) => `<${name}>${escaped(text)}</${name}>`;
const flag = (value: boolean) => (value ? "Y" : "N");

export function entryOfService(service: ServiceEntry): Entry {
  const { id, production = true, monitored = true, scopes = ["EGI"], endpoints = [] } = service;
  const key = `${id}G0`;
  return {
    id,
    xml: `<SERVICE_ENDPOINT PRIMARY_KEY="${key}">${[
      element("PRIMARY_KEY", key),
      element("HOSTNAME", service.hostname),
      element("GOCDB_PORTAL_URL", `https://gocdb.example.org/portal/index.php?Page_Type=Service&id=${id}`),
      element("BETA", "N"),
      element("SERVICE_TYPE", service.serviceType),
      "<CORE/>",
      element("IN_PRODUCTION", flag(production)),
      element("NODE_MONITORED", flag(monitored)),
      element("NOTIFICATIONS", "Y"),
      element("SITENAME", service.site),
      element("COUNTRY_NAME", "South Africa"),
      element("COUNTRY_CODE", service.country ?? "ZA"),
      element("ROC_NAME", service.roc),
      element("URL", service.url ?? ""),
      `<ENDPOINTS>${endpoints.map((url, index) => endpoint(id * 100 + index, url)).join("")}</ENDPOINTS>`,
      `<SCOPES>${scopes.map((scope) => element("SCOPE", scope)).join("")}</SCOPES>`,
      "<EXTENSIONS/>",
    ].join("")}</SERVICE_ENDPOINT>`,
  };
}

function endpoint(id: number, url: string): string {
  return `<ENDPOINT>${[
    element("ID", String(id)),
    element("NAME", `endpoint ${id}`),
    "<EXTENSIONS/>",
    element("URL", url),
    element("INTERFACENAME", "https"),
  ].join("")}</ENDPOINT>`;
}

/** One for each service. */
export function entryOfDowntime(downtime: DowntimeEntry, service: ServiceEntry): Entry {
  const { id, severity, classification, start, end, description = "" } = downtime;
  const key = `${id}G0`;
  return {
    id,
    xml: `<DOWNTIME ID="${id}" PRIMARY_KEY="${key}" CLASSIFICATION="${classification}">${[
      element("PRIMARY_KEY", key),
      element("HOSTNAME", service.hostname),
      element("SERVICE_TYPE", service.serviceType),
      element("ENDPOINT", `${service.hostname}${service.serviceType}`),
      element("HOSTED_BY", service.site),
      element("GOCDB_PORTAL_URL", `https://gocdb.example.org/portal/index.php?Page_Type=Downtime&id=${id}`),
      "<AFFECTED_ENDPOINTS/>",
      element("SEVERITY", severity),
      element("DESCRIPTION", description),
      element("INSERT_DATE", String(start - 3600)),
      element("START_DATE", String(start)),
      element("END_DATE", String(end)),
    ].join("")}</DOWNTIME>`,
  };
}

export function entryOfSite(id: number, site: string, contacts: readonly ContactEntry[]): Entry {
  const key = `${id}G0`;
  const people = contacts.map(({ email, role = "Site Administrator" }, index) => {
    const user = `${id * 100 + index}G0`;
    return `<CONTACT USER_ID="${user}" PRIMARY_KEY="${user}">${[
      element("FORENAME", "Ada"),
      element("SURNAME", `Žižek ${index}`),
      "<TITLE/>",
      element("EMAIL", email),
      element("TEL", ""),
      element("CERTDN", `/C=ZA/O=Lab/CN=${index}`),
      element("ROLE_NAME", role),
    ].join("")}</CONTACT>`;
  });
  return {
    id,
    xml: `<SITE ID="${key}" PRIMARY_KEY="${key}" NAME="${escaped(site)}">${element("PRIMARY_KEY", key)}${element("SHORT_NAME", site)}${people.join("")}</SITE>`,
  };
}

/**
 * @param paging what a page says of itself; absent: it is all there is
 */
export function page(
  entries: readonly Entry[],
  paging: { asked: string; count: number; pageSize: number; next: number | undefined } | undefined,
): string {
  const meta =
    paging === undefined
      ? ""
      : `<meta>${[
          link("self", paging.asked),
          ...(paging.next === undefined ? [] : [link("next", at(paging.asked, paging.next))]),
          link("start", at(paging.asked, 0)),
          element("count", String(paging.count)),
          element("max_page_size", String(paging.pageSize)),
        ].join("")}</meta>`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<results>${meta}${entries.map(({ xml }) => xml).join("\n")}</results>\n`;
}

const link = (rel: string, href: string) => `<link rel="${rel}" href="${escaped(href)}"/>`;

function at(asked: string, cursor: number): string {
  const url = new URL(asked, "https://gocdb");
  url.searchParams.set("next_cursor", String(cursor));
  return `${url.pathname}${url.search}`;
}
