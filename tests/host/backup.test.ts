// How restic is called for a place of backups, and what becomes of its errors. The real one is in tests/integration/operate.test.ts.
import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { RunnerShell } from "./runnerShell";

/** Says what the test has it say; notes its arguments. */
const PODMAN = `#!/bin/sh
cd "$PODMAN_STATE/.."
echo "$*" >>called
cat said >&2
[ ! -e hangs ] || exec sleep 30
exit "$(cat code)"
`;

/** Does not wait as long as it is told. */
const TIMEOUT = `#!/bin/sh
[ "$1 $2" = "-k 5" ] || exit 125
echo "$3" >>"$PODMAN_STATE/../limits"
shift 3
exec /usr/bin/timeout 1 "$@"
`;

let shell: RunnerShell;

beforeEach(() => {
  shell = new RunnerShell();
  for (const [name, script] of Object.entries({ podman: PODMAN, timeout: TIMEOUT })) {
    shell.write(`bin/${name}`, script);
    chmodSync(join(shell.directory, "bin", name), 0o755);
  }
  says("", 0);
  release({ job: "host mon1\nurl s3:https://s3.invalid/saved/podwatch\nregion eu-central-1\n" });
});

afterEach(() => shell.remove());

const read = (path: string) => readFileSync(join(shell.directory, path), "utf8");

function says(text: string, code: number) {
  shell.write("said", text);
  shell.write("code", `${code}\n`);
}

function release(files: Readonly<Record<string, string>>) {
  const home = "state/services/backup/current";
  shell.write(
    `${home}/headers`,
    "service backup\nkind timer\nimage docker.io/restic/restic:0.18.0\nadvice repository correct podwatch:backup.s3\n",
  );
  for (const [name, text] of Object.entries(files)) shell.write(`${home}/files/${name}`, text);
  shell.write("state/services/backup/last-good", "1 1\n");
}

const prepare = () => shell.run("prepare_saving backup");

// Docker takes a list of them for the name of one.
test("restic's capabilities are given one by one", () => {
  prepare();
  expect(read("called")).toContain(
    " --cap-drop=all --cap-add=chown --cap-add=dac_override --cap-add=fowner --cap-add=fsetid ",
  );
});

test("a bucket has its region, and the CA of its server if there is one", () => {
  expect(prepare()).toMatchObject({ status: 0, stdout: "prepared\n" });
  expect(read("called")).toMatch(
    / docker\.io\/restic\/restic:0\.18\.0 --repo s3:https:\/\/s3\.invalid\/saved\/podwatch\/mon1 --option s3\.region=eu-central-1 cat config --quiet\n$/,
  );
  expect(read("called")).not.toContain("cacert");
  release({ "ca.pem": "-----BEGIN CERTIFICATE-----\n" });
  prepare();
  expect(read("called")).toMatch(
    /\/current\/files\/ca\.pem:\/run\/secrets\/ca:ro .* --cacert \/run\/secrets\/ca /,
  );
});

test.each([
  [
    "of Docker's",
    "docker: Error response from daemon: invalid CapAdd.\nSee 'docker run --help'.\n",
    "docker: Error response from daemon: invalid CapAdd.",
  ],
  [
    "that restic gives up on",
    "Fatal: unable to open config file: Stat: Access Denied.\nIs there a repository at the following location?\ns3:https://s3.invalid/saved\n",
    "Fatal: unable to open config file: Stat: Access Denied.",
  ],
  [
    "that restic would try again for a quarter of an hour",
    'Load(<config/0000000000>, 0, 0) returned error, retrying after 552.3ms: Get "https://s3.invalid/": tls: failed to verify certificate: x509: certificate signed by unknown authority\nsignal terminated received, cleaning up\nFatal: unable to open config file: context canceled\ns3:https://s3.invalid/saved\n',
    'Get "https://s3.invalid/": tls: failed to verify certificate: x509: certificate signed by unknown authority',
  ],
])("an error %s is shown with the way out", (_, text, shown) => {
  says(text, 1);
  expect(prepare()).toMatchObject({
    status: 1,
    stderr: `podwatch: there can be no backups in s3:https://s3.invalid/saved/podwatch/mon1: ${shown}; correct podwatch:backup.s3\n`,
  });
});

test("a place that does not answer is not waited for as long as restic would", () => {
  says("Stat(<config/>) returned error, retrying after 1s: dial tcp: i/o timeout\n", 1);
  shell.write("hangs", "");
  expect(prepare().stderr).toContain(
    "there can be no backups in s3:https://s3.invalid/saved/podwatch/mon1: dial tcp: i/o timeout",
  );
  expect(read("limits")).toBe("30\n");
});

test("a repository that is not there is made", () => {
  shell.write(
    "bin/podman",
    PODMAN.replace(
      'exit "$(cat code)"',
      'case "$*" in *"cat config"*) exit 10 ;; *init*) exit 0 ;; *) exit 1 ;; esac',
    ),
  );
  expect(prepare()).toMatchObject({ status: 0, stdout: "prepared\n" });
  expect(read("called")).toMatch(/ init --quiet\n$/);
});
