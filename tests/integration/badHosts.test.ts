// Hosts that are not as they should be. What a real host would need days for is brought about by hand, and said so.
import { faultTest } from "./support/faults";
import { LabHost, must } from "./support/lab";
import { nightlyFaultTest } from "./support/nightly";
import { operate } from "./support/operate";
import { healthy, pinned, small, startedAt } from "./support/smallStack";
import { snapshot } from "./support/snapshot";
import { Stack } from "./support/stack";
import { openToOthers } from "./support/stranger";

jest.setTimeout(300_000);

/** Whether iptables sees what goes through a bridge; Docker sets it. */
const BRIDGE_FILTER = "/proc/sys/net/bridge/bridge-nf-call-iptables";

let one: LabHost;
let before: string[];
let stack: Stack;

beforeAll(async () => {
  one = await LabHost.boot("test-bad");
  // podman keeps this directory once it had a network.
  await one.exec("mkdir -p /etc/containers/networks /etc/containers/systemd");
  before = await snapshot(one);
  stack = await Stack.create("bad-hosts", small(pinned(one)));
});

afterAll(async () => {
  await stack?.dispose();
  await one?.down();
});

describe("objects of other programs with our names are neither overwritten nor deleted", () => {
  const UNIT = "/etc/containers/systemd/podwatch-prometheus.container";

  /** What there is under our names, each with what tells it from another one of the same name. */
  const theirs = () =>
    one.exec(`
      podman network inspect -f 'network {{.ID}} {{.Created}}' podwatch 2>/dev/null
      podman container inspect -f 'container {{.Id}}' podwatch-nginx 2>/dev/null
      podman secret inspect -f 'secret {{.ID}}' podwatch-grafana-admin-password 2>/dev/null
      podman volume inspect -f 'volume {{.CreatedAt}} {{.Labels}}' podwatch-prometheus 2>/dev/null
      cat ${UNIT} 2>/dev/null || :`);

  afterEach(async () => {
    await one.exec(`
      podman rm --force --ignore podwatch-nginx
      podman network rm --force podwatch
      podman volume rm --force podwatch-prometheus
      podman secret rm --ignore podwatch-grafana-admin-password
      podman rmi --force localhost/empty
      rm -rf /etc/containers/systemd/podwatch-* /tmp/empty`);
    expect(await snapshot(one)).toEqual(before);
  });

  faultTest(
    "another program's network with our name",
    "refused, neither overwritten nor deleted",
    async () => {
      await one.exec("podman network create podwatch");
      const made = await theirs();
      expect(made).toMatch(/^network .+\n$/);
      expect(await stack.failingUp()).toMatch(
        /there is already a network named podwatch that is not managed by/,
      );
      await stack.destroy();
      expect(await theirs()).toBe(made);
    },
  );

  faultTest(
    "another program's container, unit, volume, secret with our name",
    "refused, neither overwritten nor deleted",
    async () => {
      await one.exec(`
      mkdir -p /etc/containers/systemd
      printf '[Container]\\nImage=localhost/empty\\n' >${UNIT}
      printf x | podman secret create podwatch-grafana-admin-password -
      rm -rf /tmp/empty; mkdir /tmp/empty; tar -C /tmp/empty -c . | podman import - localhost/empty >/dev/null 2>&1
      podman create --name podwatch-nginx localhost/empty /x`);
      const made = await theirs();
      expect(made).toMatch(/^container .+\nsecret .+\n\[Container\]\n/);
      await stack.configure(small(pinned(one), { grafana: { data: "delete" } }));
      const output = await stack.failingUp();
      expect(output).toMatch(/podwatch-prometheus\.container is not managed by Podwatch; move it away first/);
      expect(output).toMatch(/there is already a container named podwatch-nginx that is not managed/);
      await stack.destroy();
      expect(await theirs()).toBe(made);
      await one.exec(`rm ${UNIT}; podman rm podwatch-nginx`);
      const secret = await theirs();
      expect(await stack.failingUp("--continue-on-error")).toMatch(
        /there is already a podman secret named podwatch-grafana-admin-password that is not/,
      );
      await stack.destroy();
      expect(await theirs()).toBe(secret);
      await one.exec("podman volume create podwatch-prometheus");
      const volume = await theirs();
      await stack.configure(small(pinned(one)));
      expect(await stack.failingUp()).toMatch(
        /there is already a volume named podwatch-prometheus that is not/,
      );
      await stack.destroy();
      expect(await theirs()).toBe(volume);
    },
  );
});

describe("a host that rejects a deployment keeps its previous state", () => {
  beforeAll(async () => {
    // Small enough to be filled in a moment, large enough for what pulls put there for a while.
    await one.exec(
      "mkdir -p /var/lib/podwatch && mount -t tmpfs -o size=512m,mode=755 tmpfs /var/lib/podwatch",
    );
    await one.exec(
      "echo 'Defaults umask=0777, umask_override' >/etc/sudoers.d/umask; sed -i '1i umask 0777' ~operator/.bashrc",
    );
    await stack.configure(small(pinned(one)));
    await stack.up();
    await healthy(one);
    await one.exec("rm /etc/sudoers.d/umask; sed -i 1d ~operator/.bashrc");
  });

  test("other users can neither read the state nor lock it, whatever the umask", async () => {
    expect(await openToOthers(one, "/var/lib/podwatch")).toBe("");
  });

  test("files that a former version left readable are protected by the next `pulumi up`, without a restart", async () => {
    const running = await startedAt(one);
    await one.exec("cd /var/lib/podwatch && chmod -R a+rX locks services images");
    expect(await openToOthers(one, "/var/lib/podwatch")).toContain(
      "opens /var/lib/podwatch/locks/prometheus\n",
    );
    await stack.configure(small(pinned(one), { prometheus: { data: "delete", scrapeInterval: "3s" } }));
    await stack.up();
    expect(await openToOthers(one, "/var/lib/podwatch")).toBe("");
    expect(await startedAt(one)).toBe(running);
  });

  faultTest(
    "the disk is full",
    "an error; services keep running; the next `pulumi up` converges without a restart",
    async () => {
      const running = await startedAt(one);
      await one.exec("! cat /dev/zero >/var/lib/podwatch/filler 2>/dev/null");
      await stack.configure(small(pinned(one), { prometheus: { data: "delete", scrapeInterval: "16s" } }));
      expect(await stack.failingUp()).toMatch(/podwatch: cannot write to \S+; is the disk full\?/);
      expect(await startedAt(one)).toBe(running);
      await healthy(one);
      await one.exec("rm /var/lib/podwatch/filler");
      await stack.up();
      expect(await startedAt(one)).toBe(running);
      await stack.preview("--expect-no-changes");
    },
  );

  faultTest(
    "another program's container in our network, which is to change",
    "refused before anything is changed; once it is gone the network changes",
    async () => {
      const running = await startedAt(one);
      await one.exec(`rm -rf /tmp/empty; mkdir /tmp/empty; tar -C /tmp/empty -c . | podman import - localhost/empty >/dev/null 2>&1
        podman create --name theirs --network podwatch localhost/empty /x
        podman create --name podwatch-theirs --network podwatch localhost/empty /x`);
      const network = { subnet: "10.89.78.0/24" };
      await stack.configure(small(pinned(one), { network }));
      expect(await stack.failingUp()).toMatch(
        /the network podwatch cannot be changed or removed while .* use it \((theirs podwatch-theirs|podwatch-theirs theirs)\)/,
      );
      expect(await startedAt(one)).toBe(running);
      await one.exec("podman rm theirs podwatch-theirs; podman rmi localhost/empty; rm -r /tmp/empty");
      await stack.up();
      await healthy(one);
      expect(await one.exec("podman network inspect podwatch")).toContain(network.subnet);
    },
  );

  test("other programs' objects with our names survive a change of the network, a repair and a removal", async () => {
    const theirs = () =>
      one.exec(`podman ps -a --no-trunc --format '{{.ID}} {{.Names}}' | grep theirs
        podman volume ls --format '{{.Name}} {{.Labels}}' | grep -e theirs -e restore; podman secret ls --format '{{.ID}} {{.Name}}'
        podman images --no-trunc --format '{{.ID}} {{.Repository}}' | grep theirs
        systemctl show -p ActiveState,InvocationID podwatch-theirs podwatch-prometheus-theirs
        cat /etc/containers/systemd/podwatch-theirs.container; getent passwd podwatch-theirs`);
    await one.exec(`mkdir /tmp/empty; tar -C /tmp/empty -c . | podman import - localhost/podwatch-theirs >/dev/null 2>&1
      podman create --name podwatch-theirs localhost/podwatch-theirs /x
      podman create --name podwatch-theirs-check localhost/podwatch-theirs /x
      podman volume create podwatch-theirs; podman volume create podwatch-prometheus-restore
      printf x | podman secret create podwatch-theirs -
      printf '[Container]\\nImage=localhost/podwatch-theirs\\n' >/etc/containers/systemd/podwatch-theirs.container
      printf '[Service]\\nExecStart=/bin/sleep infinity\\n' | tee /etc/systemd/system/podwatch-prometheus-theirs.service >/etc/systemd/system/podwatch-theirs.service
      systemctl daemon-reload; systemctl start podwatch-prometheus-theirs
      useradd --system podwatch-theirs`);
    const made = await theirs();
    expect(made.match(/theirs|restore/g)?.length).toBeGreaterThan(8);
    await stack.configure(small(pinned(one), { network: { subnet: "10.89.79.0/24" } }));
    await stack.up();
    await one.exec("echo '#' >>/etc/containers/systemd/podwatch-nginx.container");
    expect((await operate(stack, "repair")).stdout).toContain("nginx");
    await stack.destroy();
    expect(await theirs()).toBe(made);
    await one.exec(`systemctl stop podwatch-prometheus-theirs; userdel podwatch-theirs; podman secret rm podwatch-theirs
      podman rm podwatch-theirs podwatch-theirs-check; podman volume rm podwatch-theirs podwatch-prometheus-restore; podman rmi localhost/podwatch-theirs
      rm -r /tmp/empty /etc/containers/systemd/podwatch-theirs.container /etc/systemd/system/podwatch-*theirs.service; systemctl daemon-reload`);
    await stack.configure(small(pinned(one)));
    await stack.up();
    await healthy(one);
  });

  faultTest(
    "/etc is read-only",
    "an error; services keep running; the next `pulumi up` converges",
    async () => {
      const running = await startedAt(one);
      await one.exec("mount --bind /etc /etc && mount -o remount,bind,ro /etc");
      await stack.configure(
        small(pinned(one), { prometheus: { data: "delete", retention: { time: "3d" } } }),
      );
      expect(await stack.failingUp()).toMatch(
        /podwatch: cannot write to \/etc\/containers\/systemd; is its file system mounted read-only\?/,
      );
      expect(await startedAt(one)).toBe(running);
      await one.exec("umount /etc");
      await stack.up();
      await healthy(one);
      await stack.destroy();
      await one.exec("umount /var/lib/podwatch && rmdir /var/lib/podwatch");
      expect(await snapshot(one)).toEqual(before);
    },
  );
});

faultTest(
  "a firewall that drops what is forwarded, as Docker sets it",
  "the error has the rule that allows it; with that rule it is deployed",
  async () => {
    // The policy only, and not on bridges: Docker itself is not there.
    await one.exec(`iptables -P FORWARD DROP
      [ ! -e ${BRIDGE_FILTER} ] || echo 0 >${BRIDGE_FILTER}`);
    await stack.configure(small(pinned(one), { front: { bind: "0.0.0.0", insecure: "a test", tls: false } }));
    const output = await stack.failingUp();
    expect(output).toMatch(/drops what is forwarded to containers \(iptables -P FORWARD DROP/);
    const [, allow = "false"] = /\n\s*(iptables -I FORWARD .*)\n/.exec(output) ?? [];
    await one.exec(allow);
    await stack.up();
    expect((await fetch(`http://${one.address}/`)).status).toBe(200);
    await stack.destroy();
  },
);

nightlyFaultTest(
  "dockerd on the same host, which blocks traffic between containers",
  "the error has the rules that allow it; with them it is deployed, and Docker keeps its own",
  async () => {
    // As at boot: only where nothing is forwarded yet, Docker sets the policy of what is.
    // What stays on a bridge is filtered too, where the kernel's module for that is loaded.
    await one.exec(`iptables -F FORWARD; iptables -P FORWARD ACCEPT; echo 0 >/proc/sys/net/ipv4/ip_forward
      [ ! -e ${BRIDGE_FILTER} ] || echo 1 >${BRIDGE_FILTER}`);
    await must("lab/lab", ["install", one.name, "docker.io"]);
    const docker = () =>
      one.exec("systemctl is-active docker; ip -brief link show docker0; iptables -S; iptables -t nat -S");
    const rules = await docker();
    expect(rules).toMatch(/^active\ndocker0 [\s\S]*-P FORWARD DROP/);
    await stack.configure(small(pinned(one), { front: { bind: "0.0.0.0", insecure: "a test", tls: false } }));
    const output = await stack.failingUp();
    expect(output).toMatch(/drops what is forwarded (from one container to another|to containers) /);
    const [, allow = "false"] = /\n\s*(iptables -I DOCKER-USER .*)\n/.exec(output) ?? [];
    await one.exec(allow);
    await stack.up();
    await healthy(one);
    // From outside to the front's container, and from there to that of Prometheus.
    expect((await fetch(`http://${one.address}/prometheus/-/ready`)).status).toBe(200);
    await stack.destroy();
    await one.exec(allow.replaceAll(" -I ", " -D "));
    expect(await docker()).toBe(rules);
  },
);
