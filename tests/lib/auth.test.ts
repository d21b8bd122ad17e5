import fc from "fast-check";
import { authFiles, authSecrets, httpAuthConfig, owner } from "../../lib/auth";

const tls = { ca: "a CA", certificate: "a certificate", key: "a key", serverName: "shop", insecure: false };
const oauth2 = {
  clientId: "podwatch",
  clientSecret: "a secret",
  tokenUrl: "https://login/token",
  scopes: ["read"],
  endpointParams: { audience: "metrics" },
  tls,
};
const headers = { "X-Key": "a header", "X-Tenant": "another" };
const FILES = "/etc/podwatch/current/files";

test("secrets are in files, the rest is rendered verbatim", () => {
  const shop = owner("prometheus", "shop");
  expect(httpAuthConfig({ basicAuth: { username: "me", password: "a password" } }, shop)).toEqual({
    basic_auth: { username: "me", password_file: "/run/secrets/prometheus-password.shop" },
  });
  expect(httpAuthConfig({ bearerToken: "a token" }, shop)).toEqual({
    authorization: { type: "Bearer", credentials_file: "/run/secrets/prometheus-token.shop" },
  });
  expect(httpAuthConfig({ oauth2, headers, tls }, owner("prometheus", "shop", "sd"))).toEqual({
    oauth2: {
      client_id: "podwatch",
      client_secret_file: "/run/secrets/prometheus-sd-client-secret.shop",
      token_url: "https://login/token",
      scopes: ["read"],
      endpoint_params: { audience: "metrics" },
      tls_config: {
        ca_file: `${FILES}/tls/shop/sd-oauth2-ca.pem`,
        cert_file: `${FILES}/tls/shop/sd-oauth2-certificate.pem`,
        key_file: "/run/secrets/prometheus-sd-oauth2-tls-key.shop",
        server_name: "shop",
      },
    },
    http_headers: {
      "X-Key": { files: ["/run/secrets/prometheus-sd-header-X-Key.shop"] },
      "X-Tenant": { files: ["/run/secrets/prometheus-sd-header-X-Tenant.shop"] },
    },
    tls_config: {
      ca_file: `${FILES}/tls/shop/sd-ca.pem`,
      cert_file: `${FILES}/tls/shop/sd-certificate.pem`,
      key_file: "/run/secrets/prometheus-sd-tls-key.shop",
      server_name: "shop",
    },
  });
  expect(httpAuthConfig({ tls: { insecure: true } }, shop)).toEqual({
    tls_config: { insecure_skip_verify: true },
  });
  expect(httpAuthConfig({}, shop)).toEqual({});
});

test("whatever is named is there, and nothing else", () => {
  const way = fc.constantFrom(
    {},
    { basicAuth: { username: "me", password: "a password" } },
    { bearerToken: "a token" },
    { oauth2 },
    { oauth2: { ...oauth2, tls: undefined } },
  );
  const more = fc.constantFrom({}, { headers }, { tls }, { headers, tls }, { tls: { insecure: true } });
  fc.assert(
    fc.property(way, more, (one, other) => {
      const auth = { ...one, ...other };
      const of = owner("prometheus", "shop");
      const text = JSON.stringify(httpAuthConfig(auth, of));
      const named = (pattern: RegExp) => [...text.matchAll(pattern)].map(([, name]) => name).sort();
      const secrets = authSecrets(auth, of);
      expect(secrets.map(({ name }) => name).sort()).toEqual(named(/"\/run\/secrets\/([^"]+)"/g));
      const files = authFiles(auth, of);
      expect(Object.keys(files).sort()).toEqual(named(/"\/etc\/podwatch\/current\/files\/([^"]+)"/g));
      for (const { value } of secrets) expect(text).not.toContain(value);
    }),
  );
});

test("no two secrets have one name, whatever owners and headers are called", () => {
  const names = ["a", "a-a", "a.a", "a-", "a.", "sd-a", "token", "token.a"];
  const headers = ["a", "a-a", "a-", "token", "sd-a"].map((header) => `header-${header}`);
  const kinds = ["password", "token", "client-secret", "tls-key", "oauth2-tls-key", ...headers];
  const all = names.flatMap((name) =>
    ["", "sd"].flatMap((part) => kinds.map((kind) => owner("prometheus", name, part).secret(kind))),
  );
  expect(new Set(all).size).toBe(all.length);
  // What podman takes for a name.
  for (const name of all) expect(name).toMatch(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/);
});
