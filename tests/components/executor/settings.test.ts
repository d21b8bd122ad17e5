import { isCron } from "../../../components/executor/cron.schema";
import { executorImage } from "../../../components/executor/recipe.resolve";
import { executor } from "../../../components/executor/render";
import versions from "../../../versions.json";
import { problemsOf, settingsOf, stack } from "../../config/support";

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";
const repository = { url: "https://git.my-company.net/apimon/scenarios.git" };
const jobs = { token: { path: "playbooks/token.yaml", interval: "1m" } };
const good = { repository, jobs };
const job = (one: object) => ({ repository, jobs: { token: { path: "playbooks/token.yaml", ...one } } });
const problems = (given: object) => problemsOf(stack({ executor: given }));

test("is deployed once it has a job, and builds its image", () => {
  expect(settingsOf(stack({})).executor.enabled).toBe(false);
  const { executor: made, builds } = settingsOf(stack({ executor: good }));
  expect(made.enabled).toBe(true);
  expect(made.image).toMatch(/^localhost\/podwatch-executor:[0-9a-f]{16}$/);
  expect(builds[made.image]?.bases).toEqual([versions.images.python]);
});

test("the image depends on what is installed, and on nothing else of the settings", () => {
  const image = (more: object) => settingsOf(stack({ executor: { ...good, ...more } })).executor.image;
  expect(image({ threads: 2 })).toBe(image({}));
  expect(image({ requirements: ["ansible==13.1.0"] })).not.toBe(image({}));
  expect(image({ image: "registry.my-company.net/executor:1.0" })).toBe(
    "registry.my-company.net/executor:1.0",
  );
  const { files } = executorImage({ requirements: ["ansible==13.1.0"] });
  expect(files["requirements.txt"]).toMatch(/^ansible-core==.*\n[\s\S]*\nansible==13\.1\.0\n$/m);
});

test("a timeout is the interval, at most five minutes", () => {
  const timeout = (one: object) => settingsOf(stack({ executor: job(one) })).executor.jobs.token?.timeout;
  expect(
    [{ interval: "30s" }, { interval: "1h" }, { cron: "0 * * * *" }, { interval: "1h", timeout: "30m" }].map(
      timeout,
    ),
  ).toEqual(["30s", "300s", "300s", "30m"]);
});

test.each(["* * * * *", "*/5 6-22 * * mon-fri", "0,30 0 1 jan,jul *", "5/10 * * * 0", "0 0 * * 7"])(
  "%j is a time of cron",
  (text) => expect(isCron(text)).toBe(true),
);

test.each([
  ...["", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8"],
  ...[
    "*/0 * * * *",
    "5-1 * * * *",
    "a * * * *",
    "* * * * sunday",
    "* * * * sat-mon",
    "@daily",
    "0 0 1 * 1",
    "0  0 * * *",
  ],
])("%j is no time of cron", (text) => expect(isCron(text)).toBe(false));

test.each([
  ["no source", { jobs }, /executor\.repository: is missing; write url and ref/],
  ["two sources", { ...good, directory: "scenarios" }, /executor\.directory: /],
  [
    "a password in the URL",
    { jobs, repository: { url: "https://me:secret@git.my-company.net/x.git" } },
    /repository\.url/,
  ],
  [
    "clear text",
    { jobs, repository: { url: "http://git.my-company.net/x.git" } },
    /repository\.url: .*https:\/\//,
  ],
  [
    "SSH without a key",
    { jobs, repository: { url: "git@git.my-company.net:x.git", hostKey } },
    /repository\.key: is missing/,
  ],
  [
    "SSH without a host key",
    { jobs, repository: { url: "git@git.my-company.net:x.git" } },
    /repository\.hostKey: is missing.*ssh-keyscan/,
  ],
  [
    "a host key of HTTPS",
    { jobs, repository: { ...repository, hostKey } },
    /repository\.hostKey: is for SSH/,
  ],
  [
    "an authority of SSH",
    { jobs, repository: { url: "git@git.my-company.net:x.git", hostKey, ca: "tls/ca.pem" } },
    /repository\.ca: is for HTTPS/,
  ],
  [
    "a ref that is an option",
    { jobs, repository: { ...repository, ref: "--upload-pack=x" } },
    /repository\.ref: .*is not a ref/,
  ],
  ["no time", job({}), /jobs\.token\.interval: is missing; write how often/],
  ["two times", job({ interval: "1m", cron: "* * * * *" }), /jobs\.token\.cron: is given beside interval/],
  ["a wrong cron", job({ cron: "61 * * * *" }), /jobs\.token\.cron: "61 \* \* \* \*" is not a time of cron/],
  ["a path outside", job({ interval: "1m", path: "../x" }), /jobs\.token\.path: "\.\.\/x" is not a path/],
  ["an absolute path", job({ interval: "1m", path: "/bin/sh" }), /jobs\.token\.path: /],
  [
    "a playbook that is none",
    job({ interval: "1m", type: "ansible", path: "a.sh" }),
    /"a\.sh" is no playbook/,
  ],
  [
    "a run that holds up its group",
    job({ interval: "1m", timeout: "2m", exclusive: "quota" }),
    /jobs\.token\.timeout: "2m" is longer than the interval, 1m, .*"quota"/,
  ],
  [
    "a package without a version",
    { ...good, requirements: ["ansible"] },
    /requirements\[0\]: "ansible" is not a pinned package/,
  ],
  ["a long stop", { ...good, stopWithin: "10m" }, /stopWithin: "10m" is longer than 300s/],
])("refuses %s", (_, given, message) => {
  expect(problems(given).join("\n")).toMatch(message);
});

test("secrets are files, named in the configuration; their values are nowhere", () => {
  const key = "-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n";
  const service = executor({
    ...settingsOf(stack({ executor: good })).executor,
    zone: "north",
    repository: { url: "ssh://git@git.my-company.net:2222/x.git", ref: "main", refresh: "2m", key },
    knownHosts: `[git.my-company.net]:2222 ${hostKey}\n`,
    clouds: "clouds: a-secret",
  });
  expect(service.reloadedSecrets).toEqual(["executor-clouds", "executor-repository-key"]);
  expect(JSON.stringify(service)).not.toMatch(/a-secret|BEGIN/);
  expect(JSON.parse(service.files["executor.json"] ?? "")).toMatchObject({
    clouds: "/etc/podwatch/current/secrets/executor-clouds",
    source: {
      key: "/etc/podwatch/current/secrets/executor-repository-key",
      knownHosts: `[git.my-company.net]:2222 ${hostKey}\n`,
    },
    jobs: { token: { interval: 60, timeout: 60, type: "ansible" } },
  });
});
