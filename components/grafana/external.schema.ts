// A Grafana of somebody else's, which shows what the host monitors.
import { z } from "zod";
import { group, secretText, setting, text, url } from "../../config/schema/words";

const folderTitle = text(
  /^(?!\s)[^\p{Cc}]{1,150}(?<!\s)$/u,
  "is not a title; write up to 150 characters on one line",
);

const existingFolder = group({
  uid: setting(
    text(
      /^[A-Za-z0-9_-]{1,40}$/,
      "is not a uid; write the part of the folder's address behind /dashboards/f/, up to the next /",
    ),
    "Uid of a folder that is there already. It is neither changed nor removed.",
    { example: "ops-team" },
  ),
}).meta({ id: "externalFolder", description: "A folder of that Grafana." });

export const external = group({
  url: setting(url(), "Its address, with the sub-path if it has one.", {
    example: "https://grafana.my-company.net",
    placeholder: "the address of that Grafana",
  }),
  token: setting(
    secretText(
      /^[A-Za-z0-9._~+/=-]{20,2000}$/,
      "is not a token; write one that Grafana made for a service account",
    ),
    "Token of a service account with the role Admin there, or Editor with the permissions to read, create, write and delete data sources.",
    { secret: true, placeholder: "the token of a service account" },
  ),
  organisation: setting(
    z
      .int({ error: "is not the id of an organisation; write a whole number such as 1" })
      .min(1, { error: "is not the id of an organisation; write a whole number such as 1" })
      .optional(),
    "Id of the organisation that the token has to be of.",
    { example: 1, defaultText: "the token's own" },
  ),
  folder: setting(
    z
      .union([folderTitle, existingFolder], {
        error: "is neither a title nor a group; write a title, or uid: and the uid of a folder below it",
      })
      .optional(),
    "Title of the folder that is made for the dashboards, or the `uid` of a folder that is there already.",
    { example: "Monitoring", defaultText: "`Podwatch`, with the names of stack and host behind it" },
  ),
  ca: setting(
    text(
      (value) => value.includes("-----BEGIN ") || /^[^\0\r\n]+$/.test(value),
      "is neither a certificate in PEM form nor the path of a file with it",
    ).optional(),
    "Trusted CA certificates, instead of those that Node.js knows: the PEM text, or the path of a file on this computer.",
    { lines: true, example: "tls/ca.pem", defaultText: "the public authorities" },
  ),
}).meta({
  id: "external",
  description:
    "A Grafana of somebody else's. [Grafana](grafana.md#a-grafana-of-somebody-elses) describes it.",
});
