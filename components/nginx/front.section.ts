import { section } from "../../config/section";
import { RUNBOOKS_PATH } from "../../lib/runbooks";
import { NGINX } from "./endpoint";
import { resolveFront } from "./front.resolve";
import { front } from "./front.schema";

export const frontSection = section("front", {
  schema: front,
  resolve: resolveFront,
  chapters: {
    front: { title: "Front" },
    frontAuth: { title: "Log-ins at the front", under: "front.auth" },
    frontUser: { title: "User of the front", under: "front.auth.users.NAME" },
    frontToken: { title: "Token for the front", under: "front.auth.tokens.NAME" },
    frontTls: { title: "Front TLS", under: "as `front.tls`" },
    ownCa: { title: "Own authority", under: "as `front.tls.ownCa`" },
    acme: { title: "Certificate by ACME", under: "as `front.tls.acme`" },
    acmeDns: { title: "Proof by DNS", under: "as `front.tls.acme.dns`" },
    acmeAccountBinding: { title: "External account binding", under: "as `front.tls.acme.accountBinding`" },
    frontFiles: { title: "Certificate from elsewhere", under: "as `front.tls.files`" },
  },
  presets: { "raspberry-pi": { quadlet: { Service: { MemoryMax: "64M" } } } },
  taken: { paths: ["/roq", RUNBOOKS_PATH] },
  owned: {
    service: NGINX,
    // NGINX takes several letters, and a value, behind one dash.
    arguments: {
      "c*": "names the file that Podwatch writes; use snippet",
      "g*": "sets directives outside of the server, which Podwatch writes; use snippet",
      "p*": "is where the image has NGINX; remove it",
      ...Object.fromEntries(
        [..."htTvVqs?"].map((letter) => [
          `${letter}*`,
          "makes NGINX do something else than serve; remove it",
        ]),
      ),
    },
  },
});
