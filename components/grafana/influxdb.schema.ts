// InfluxDBs outside of the stack, which Grafana reads as users of its own.
import { z } from "zod";
import { certificates } from "../../config/schema/auth";
import { group, httpUrl, list, setting, text } from "../../config/schema/words";

const database = () =>
  text(
    /^(?!_)[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/,
    "is not the name of a database; write letters, digits and . _ -, not beginning with _",
  );

const outside = group({
  url: setting(
    httpUrl(),
    "Its URL, with the sub-path if it has one, as seen from inside the container network and from the computer that runs Pulumi.",
    { example: "https://influxdb.my-company.net:8086", placeholder: "the address of that InfluxDB" },
  ),
  databases: setting(
    list(database(), "databases").min(1, { error: "is empty; write at least one database" }),
    "Databases there, each of which becomes a data source.",
    { example: ["apimon"] },
  ),
  user: setting(
    text(/^[A-Za-z0-9_.-]{1,100}$/, "is not a user name; write letters, digits and . _ -").optional(),
    "Name of the user who is made there, who may read these databases and do nothing else.",
    { example: "grafana-prod", defaultText: "derived from stack, host and the entry's name" },
  ),
  ca: setting(
    certificates("a certificate").optional(),
    "Trusted CA certificates, instead of those that Grafana and Node.js know: the PEM text, or the path of a file on this computer.",
    { lines: true, example: "tls/ca.pem", defaultText: "the public authorities" },
  ),
}).meta({
  id: "grafanaInfluxdb",
  description:
    "An InfluxDB 1.x outside of the stack. [docs/influxdb.md](influxdb.md#an-influxdb-outside-of-the-stack) describes it.",
});

export const outsideInfluxdbs = z
  .record(
    text(
      /^[a-z][a-z0-9-]{0,30}$/,
      "is not a name; write small letters, digits and -, beginning with a letter",
    ),
    outside,
    { error: "is not a group of InfluxDBs; write one `name:` a line and its settings below it" },
  )
  .default({});
