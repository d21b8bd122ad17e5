// What names a service of the region, in the topology and where something else than its probes checks it.
import { address, group, setting, text } from "../../config/schema/words";

/** As the database has it: one line, without the quotes that its interface refuses. */
export const name = (what: string) =>
  text(/^[^\p{Cc}"'`,]{1,128}$/u, `is not the name of ${what}; write it as the database shows it`);

export const serviceType = () =>
  text(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/,
    "is not a type of services; write one as the database shows it, such as webdav or eu.egi.cloud.vm-management.occi",
  );

export const checkedService = group({
  site: setting(name("a site"), "Site that it belongs to.", { example: "ZA-UCT-ICTS" }),
  serviceType: setting(serviceType(), "Its type.", { example: "webdav" }),
  host: setting(address(), "Host that it runs on.", { example: "se1.my-region.net" }),
  roc: setting(name("a region").optional(), "Region that it is in.", {
    example: "AfricaArabia",
    defaultText: "`availability.region`",
  }),
}).meta({ id: "checkedService", description: "A service of the region, whose availability counts." });
