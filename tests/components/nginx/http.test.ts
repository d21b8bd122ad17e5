// The port that sends everybody who speaks HTTP to the encrypted front. What it answers is tried in tests/integration/front.test.ts.
import { plannedServices, wire } from "../../../components/services";
import { fitCommand } from "../../../lib/runner";
import { host, problemsOf, stack } from "../../config/support";
import { hostSettings } from "../stackFile";

const open = { bind: "0.0.0.0", httpPort: 80, insecure: "nobody but us is there" };

test("the firewall and the first look at a host know it", () => {
  const settings = hostSettings({ front: open });
  const wired = wire(settings, [settings]);
  expect(wired.offers.nginx?.listens).toEqual([
    { bind: "0.0.0.0", port: 443, setting: "podwatch:front.port" },
    { bind: "0.0.0.0", port: 80, setting: "podwatch:front.httpPort" },
  ]);
  expect(fitCommand("own", plannedServices(wired))).toContain(
    "container/nginx=0.0.0.0:443=podwatch:front.port,0.0.0.0:80=podwatch:front.httpPort",
  );
});

test.each<[string, Record<string, unknown>, string]>([
  [
    "in clear text",
    { front: { ...open, tls: false } },
    "80 is the port of the front itself; write another one",
  ],
  [
    "with a loopback front, which is in clear text",
    { front: { httpPort: 81 } },
    "81 sends people to where the front is encrypted, and it is not; remove it, or write tls: { ownCa: {} }",
  ],
  [
    "the front's own",
    { front: { ...open, port: 80 } },
    "80 is the port of the front itself; write another one",
  ],
  ["the status'", { front: { ...open, statusPort: 80 } }, "80 is statusPort, too; write another one"],
  [
    "one of root's",
    { host: { ...host, user: "operator", become: false }, front: open },
    "80 can be bound by root only; write a port from 1024 up, or set become: true",
  ],
])("refused: %s", (_, sections, problem) => {
  expect(problemsOf(stack(sections))).toEqual(
    expect.arrayContaining([`podwatch:front.httpPort: ${problem}`]),
  );
});

test("Apache's port is refused", () => {
  expect(problemsOf(stack({ front: open, apache: { enabled: true } }))).toContain(
    "podwatch:apache.port: 80 is front.httpPort, and Apache listens there; write another port for one of them",
  );
});
