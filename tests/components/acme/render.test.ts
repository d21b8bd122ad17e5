// What a host is told about the certificate that it gets for itself.
import { acme } from "../../../components/acme/render";

const given = {
  image: "docker.io/goacme/lego:v4",
  email: "ops@acme.net",
  domains: ["mon.acme.net", "acme.net"],
  directory: "https://ca.acme.net/dir",
};

test("by HTTP: names, account and CA", () => {
  const { files, secrets } = acme(given);
  expect(files).toEqual({
    job: `domain mon.acme.net
domain acme.net
email ops@acme.net
directory https://ca.acme.net/dir
certificate nginx-certificate
`,
  });
  expect(secrets).toEqual([]);
});

test("by DNS, with a bound account: secrets by their names alone", () => {
  const { files, secrets } = acme({
    ...given,
    directoryCa: "PEM\n",
    dns: {
      provider: "httpreq",
      environment: { HTTPREQ_ENDPOINT: "https://dns.acme.net" },
      secrets: { HTTPREQ_PASSWORD: "s3cret" },
      resolvers: ["10.0.0.53", "[fd00::53]:5353"],
      wait: "2m",
    },
    accountBinding: { keyId: "customer-1" },
  });
  expect(files).toEqual({
    "directory-ca.pem": "PEM\n",
    job: `domain mon.acme.net
domain acme.net
email ops@acme.net
directory https://ca.acme.net/dir
certificate nginx-certificate
binding customer-1 podwatch-acme-account-binding
dns httpreq
resolver 10.0.0.53
resolver [fd00::53]:5353
wait 120s
environment HTTPREQ_ENDPOINT=https://dns.acme.net
variable HTTPREQ_PASSWORD podwatch-acme-httpreq-password
`,
  });
  expect(secrets).toEqual(["acme-httpreq-password", "acme-account-binding"]);
});
