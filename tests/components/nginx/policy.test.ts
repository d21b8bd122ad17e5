// What pages of the front's own may do. That browsers are sent it is tried in tests/integration/front.test.ts.
import { createHash } from "node:crypto";
import { NginxBridge } from "../../../components/nginx/component";
import { pagePolicy } from "../../../components/nginx/policy.render";
import { bundleOf, deployOnHost } from "../onHost";
import { hostSettings } from "../stackFile";

const sha256 = (text: string) => createHash("sha256").update(text).digest("base64");

test("styles are allowed as they stand there, and nothing else", () => {
  const policy = pagePolicy("<style>a { color: red; }</style><p><style>\n</style>");
  expect(policy).toBe(
    `default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; style-src 'sha256-${sha256("a { color: red; }")}' 'sha256-${sha256("\n")}'`,
  );
});

test("each page of ours has one, and needs no more", async () => {
  const settings = hostSettings({ front: { statusPort: 8090 } });
  const { gateways, prometheus } = settings;
  const { resources } = await deployOnHost(settings, (name, ground) => {
    const args = { gateways, limits: prometheus.limits, backends: [], runbooks: { Down: "# Down\n" } };
    return new NginxBridge(name, { ...ground, ...args, hostName: "mon1", front: settings.front });
  });
  const { parts } = bundleOf(resources);
  const conf = parts["files/nginx.conf"] ?? "";
  const policies = Object.fromEntries(
    [...conf.matchAll(/^ {4}(\S+) "(default-src [^"]+)";$/gm)].map(([, path = "", policy = ""]) => [
      path,
      policy,
    ]),
  );
  const pages = { "/index.html": parts["files/html/index.html"], "/front-status": parts["files/status.js"] };
  for (const [path, page = ""] of Object.entries(pages)) {
    const [, style = ""] = /<style>([\s\S]*?)<\/style>/.exec(page) ?? [];
    expect(style).toContain("body {");
    // NGINX's script language would write something else.
    expect(style).not.toMatch(/[\\`]|\$\{/);
    expect(policies[path]).toContain(`style-src 'sha256-${sha256(style)}'`);
    expect(page).not.toMatch(/<script|<link|<img|style=|\son[a-z]+=|javascript:/);
  }
  expect(policies["~^/runbooks/"]).toMatch(/^default-src 'none';/);
  for (const policy of Object.values(policies)) expect(policy).not.toContain("unsafe");
});
