import { containerEndpoint } from "../../lib/endpoint";

/** Name of the service, and of the job of its own metrics. */
export const TOPOLOGY = "topology";

export const TOPOLOGY_ENDPOINT = containerEndpoint(TOPOLOGY, 9110);

/** The job of the targets that a module of the blackbox exporter probes. */
export const probesJob = (module: string) => `${TOPOLOGY}-probe-${module}`;

/** The job of the targets of a type of services that Prometheus scrapes itself. */
export const scrapesJob = (serviceType: string) => `${TOPOLOGY}-${serviceType}`;

/** Where the last good topology is kept, in its container. */
export const TOPOLOGY_DATA = "/var/lib/topology";

/** The templates with the contacts of sites, in the syntax of Alertmanager, which reads them there. */
export const CONTACTS_FILE = `${TOPOLOGY_DATA}/contacts.tmpl`;

/** The template in it: the addresses of the site that a group of alerts is about. */
export const CONTACTS_TEMPLATE = "podwatch.contacts";

/** The template with whom mail about a site without contacts goes to; the scripts of the topology know it by the same name. */
export const OTHER_CONTACTS_TEMPLATE = `${CONTACTS_TEMPLATE}.others`;

/** A label of targets whose site has a contact; its value is always the same. */
export const CONTACT_LABEL = { name: "contact", value: "site" } as const;
