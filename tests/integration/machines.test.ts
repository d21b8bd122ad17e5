// What a machine is told at its first boot, by the real cloud-init. What is made in a cloud is in tests/components/machines/.
import { userData } from "../../components/machines/render";
import { LabHost, must, run } from "./support/lab";

jest.setTimeout(600_000);

let host: LabHost;

/** The stages of cloud-init, as its units run them; nobody else's data and network are taken. */
const FIRST_BOOT = `
  set -e
  printf 'datasource_list: [NoCloud]\\nnetwork: {config: disabled}\\n' >/etc/cloud/cloud.cfg.d/99-test.cfg
  cloud-init init --local
  cloud-init init
  cloud-init modules --mode=config
  cloud-init modules --mode=final
`;

beforeAll(async () => {
  host = await LabHost.boot("test-machine");
  // Sixty packages.
  await must("lab/lab", ["install", host.name, "cloud-init"], { timeout: 500 });
});

afterAll(() => host?.down());

test("cloud-init puts in the host key that we made, and lets in nobody but the one who deploys", async () => {
  const hostKey = JSON.parse(
    await must("node", ["-e", "require('podwatch/certificates/hostKey').run()"]),
  ) as { private: string; public: string };
  const publicKey = (await host.exec("cat /home/operator/.ssh/authorized_keys")).trim();
  const before = await host.exec("ls /etc/ssh/ssh_host_*_key; echo rsa >/etc/ssh/ssh_host_rsa_key");
  expect(before).toContain("ssh_host_");
  const seed = "/var/lib/cloud/seed/nocloud";
  await must(
    "lab/lab",
    [
      "exec",
      host.name,
      "sh",
      "-c",
      `mkdir -p ${seed} && cat >${seed}/user-data && echo 'instance-id: i-1' >${seed}/meta-data`,
    ],
    { input: userData({ user: "podwatch-ops", publicKey, hostKey }) },
  );
  await host.exec(`(${FIRST_BOOT}) >/var/log/first-boot 2>&1 || { cat /var/log/first-boot >&2; exit 1; }`);
  expect(await host.exec("cd /etc/ssh && ls ssh_host_*_key")).toBe("ssh_host_ed25519_key\n");
  expect(await host.exec("stat -c '%a %U' /etc/ssh/ssh_host_ed25519_key")).toBe("600 root\n");
  await host.exec("systemctl restart ssh.service 2>/dev/null || systemctl restart ssh.socket");
  // ssh itself accepts no other key.
  const log = (user: string, ...more: string[]) =>
    run("sh", [
      "-c",
      `d=$(mktemp -d); echo '${host.address} ${hostKey.public}' >$d/known; ssh -F none -i .lab/ssh/id_ed25519 -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile=$d/known ${more.join(" ")} ${user}@${host.address} 'sudo -n id -u' </dev/null; code=$?; rm -r $d; exit $code`,
    ]);
  const done = await log("podwatch-ops");
  expect(done.stderr).toBe("");
  expect(done.stdout).toBe("0\n");
  expect((await log("root")).code).not.toBe(0);
  expect(await host.exec("sshd -T | grep -i '^passwordauthentication'")).toBe("passwordauthentication no\n");
  expect(await host.exec("passwd -S podwatch-ops | cut -d ' ' -f 2")).toBe("L\n");
});
