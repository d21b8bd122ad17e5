import { type Endpoint, endpointAt, endpointName, loginAt, urlOf } from "../../lib/endpoint";

const plain: Endpoint<string> = { scheme: "https", host: "10.1.2.3", port: 8443, path: "/prometheus" };

test.each([
  ["http://10.1.2.3", "http://10.1.2.3:80/prometheus"],
  ["https://monitor.my-company.net", "https://monitor.my-company.net:443/prometheus"],
  ["https://[fd00::1]:8443/", "https://[fd00::1]:8443/prometheus"],
])("what a front at %s serves is at %s", (front, url) => {
  expect(urlOf(endpointAt(front, "/prometheus"))).toBe(url);
});

test("without a log-in and a certificate to verify there is nothing to say", () => {
  expect(loginAt(plain)).toEqual({});
});

test.each<[what: string, endpoint: Partial<Endpoint<string>>, login: object]>([
  [
    "a password",
    { auth: { type: "basic", username: "grafana", password: "s3cret" } },
    { basicAuth: { username: "grafana", password: "s3cret" } },
  ],
  ["a token", { auth: { type: "bearer", token: "s3cret" } }, { bearerToken: "s3cret" }],
  ["an authority, which is still verified", { tls: { ca: "PEM" } }, { tls: { ca: "PEM", insecure: false } }],
  [
    "another name in the certificate, or any",
    { tls: { serverName: "monitor", insecure: true } },
    { tls: { serverName: "monitor", insecure: true } },
  ],
])("%s is what clients log in with or verify", (_what, more, login) => {
  expect(loginAt({ ...plain, ...more })).toEqual(login);
});

test("names of secrets and files hold nothing that podman refuses", () => {
  expect(endpointName({ ...plain, host: "fd00::1" })).toBe("fd00-1-8443-prometheus");
});
