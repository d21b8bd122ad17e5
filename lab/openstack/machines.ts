// What a server of the cloud is: a host of the lab.
import { spawn } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Rule } from "./securityGroups";

export interface BootOptions {
  readonly name: string;
  readonly userData: string;
  readonly publicKey: string | undefined;
}

/** By what a machine is reached, and by whom. */
export interface Reach {
  readonly fixed: readonly string[];
  readonly floating: readonly string[];
  readonly rules: readonly Rule[];
}

export interface Machines {
  /** Ends when there is a machine that has yet to be told what it is for. */
  boot(id: string, options: BootOptions): Promise<void>;
  /** Lets the machine do what it is told at its first boot. */
  firstBoot(id: string): void;
  reach(id: string, reach: Reach): Promise<void>;
  attach(id: string, volume: string): Promise<void>;
  detach(id: string, volume: string): Promise<void>;
  remove(id: string): Promise<void>;
  /** A volume is gone, with its data. */
  forget(volume: string): Promise<void>;
}

const nothing = async () => {};

/** For those who only ask the API. */
export const NO_MACHINES: Machines = {
  boot: nothing,
  firstBoot: () => {},
  reach: nothing,
  attach: nothing,
  detach: nothing,
  remove: nothing,
  forget: nothing,
};

const ROOT = join(__dirname, "..", "..");

/** Named so that its interface has room. */
export const labName = (id: string) => `vm-${id.slice(0, 8)}`;

/** As udev names a volume behind virtio. */
const device = (volume: string) => `/dev/disk/by-id/virtio-${volume.slice(0, 20)}`;

/**
 * Hosts of the lab. What a machine is told goes to the real cloud-init, installed on it, with the stages that its units run; nobody can log in before.
 * Floating addresses stand on the machine's own interface, not in front of it, and so do the security groups, as rules of nftables before all
 * others. A volume has 64 MB, whatever its size. No metadata service: cloud-init reads a directory.
 */
export class LabMachines implements Machines {
  private volumes: string | undefined;
  private readonly turns = new Map<string, Promise<unknown>>();
  /** Why first boots failed. */
  readonly failures: string[] = [];
  /** When first boots were over, in milliseconds. */
  readonly booted: number[] = [];

  async boot(id: string, { name, userData, publicKey }: BootOptions): Promise<void> {
    const host = labName(id);
    await lab(["up", host]);
    await command("lab/openstack/image", [host]);
    const metadata = JSON.stringify({
      "instance-id": id,
      "local-hostname": name,
      "public-keys": [publicKey ?? ""],
    });
    await lab(["exec", host, "sh", "-c", PREPARE], userData);
    await lab(["exec", host, "sh", "-c", "cat >/var/lib/cloud/seed/nocloud/meta-data"], metadata);
  }

  firstBoot(id: string): void {
    lab(["exec", labName(id), "sh", "-c", FIRST_BOOT]).then(
      () => this.booted.push(Date.now()),
      (error) => this.failures.push(String(error)),
    );
  }

  reach(id: string, { fixed, floating, rules }: Reach): Promise<void> {
    return this.inTurn(id, async () => {
      await lab(["exec", labName(id), "sh", "-c", NETWORK], [...fixed, ...floating].join("\n"));
      await lab(["exec", labName(id), "nft", "-f", "-"], ruleset(rules));
    });
  }

  attach(id: string, volume: string): Promise<void> {
    return this.inTurn(id, async () => {
      await cp(join(await this.store(), volume), this.file(id, volume)).catch(() => {});
      await lab(["disk", labName(id), device(volume)]);
    });
  }

  detach(id: string, volume: string): Promise<void> {
    return this.inTurn(id, async () => {
      await lab(["exec", labName(id), "rm", "-f", device(volume)]);
      await this.keep(id, volume);
    });
  }

  remove(id: string): Promise<void> {
    return this.inTurn(id, async () => {
      await lab(["down", labName(id)]);
    });
  }

  async forget(volume: string): Promise<void> {
    await rm(join(await this.store(), volume), { force: true });
  }

  async close(): Promise<void> {
    if (this.volumes !== undefined) await rm(this.volumes, { recursive: true });
  }

  private async keep(id: string, volume: string): Promise<void> {
    await command("sync", []);
    await cp(this.file(id, volume), join(await this.store(), volume));
  }

  private async store(): Promise<string> {
    this.volumes ??= await mkdtemp(join(tmpdir(), "openstack-volumes-"));
    return this.volumes;
  }

  private file(id: string, volume: string): string {
    return join(ROOT, ".lab/hosts", labName(id), `disk${device(volume).replaceAll("/", "-")}`);
  }

  private inTurn<Done>(id: string, step: () => Promise<Done>): Promise<Done> {
    const turn = (this.turns.get(id) ?? Promise.resolve()).then(step, step);
    this.turns.set(
      id,
      turn.catch(() => {}),
    );
    return turn;
  }
}

/** An image has none of the lab's log-ins and keys, and nothing answers before cloud-init has spoken. */
const PREPARE = `set -e
  systemctl stop ssh.socket ssh.service 2>/dev/null || systemctl stop ssh.service
  rm -f /etc/ssh/ssh_host_* /home/*/.ssh/authorized_keys /root/.ssh/authorized_keys
  printf 'datasource_list: [NoCloud]\\nnetwork: {config: disabled}\\nmanage_etc_hosts: true\\n' >/etc/cloud/cloud.cfg.d/99-lab.cfg
  mkdir -p /var/lib/cloud/seed/nocloud
  cat >/var/lib/cloud/seed/nocloud/user-data`;

const FIRST_BOOT = `set -e
  cloud-init init --local && cloud-init init && cloud-init modules --mode=config && cloud-init modules --mode=final
  systemctl start ssh.service`;

/** The addresses that are wanted, one a line, in place of the lab's own: by the first one the machine reaches others. */
const NETWORK = `set -e
  addresses=$(cat)
  file=/etc/systemd/network/10-lab.network
  { printf '[Match]\\nName=host0\\n\\n[Network]\\nIPv6AcceptRA=no\\n'
    for address in $addresses; do printf '\\n[Address]\\nAddress=%s/24\\n' "$address"; done
    printf '\\n[Address]\\nAddress='
    sed -n 's/^Address=\\(fd.*\\)/\\1\\nDuplicateAddressDetection=none/p' $file | head -n 2
    printf '\\n[Route]\\nDestination=0.0.0.0/0\\nType=unreachable\\nMetric=1\\n'
  } >$file.new
  cmp -s $file $file.new && { rm $file.new; exit 0; }
  mv $file.new $file
  networkctl reload
  networkctl reconfigure host0`;

function ruleset(rules: readonly Rule[]): string {
  const lines = rules.map(
    ({ ethertype, protocol, port_range_min: from, port_range_max: to, remote_ip_prefix: source }) => {
      const version = ethertype === "IPv4" ? "ip" : "ip6";
      const icmp = protocol === "icmp" ? "icmp" : "ipv6-icmp";
      const what =
        protocol === null
          ? ""
          : from === null
            ? `meta l4proto ${protocol.includes("icmp") ? icmp : protocol}`
            : `${protocol} dport ${from}-${to}`;
      return `    meta nfproto ipv${ethertype.slice(-1)} ${source === null ? "" : `${version} saddr ${source}`} ${what} accept`;
    },
  );
  return `table inet lab_cloud
delete table inet lab_cloud
table inet lab_cloud {
  chain in {
    type filter hook prerouting priority mangle; policy accept;
    iifname != "host0" accept
    ct state established,related accept
    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
${lines.join("\n")}
    counter drop
  }
}
`;
}

const lab = (args: readonly string[], input = "") => command("lab/lab", args, input);

function command(file: string, args: readonly string[], input = ""): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: ROOT, stdio: ["pipe", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (part) => (output += part));
    child.stderr.on("data", (part) => (output += part));
    child.stdin.on("error", () => {});
    child.stdin.end(input);
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0
        ? resolve(output)
        : reject(new Error(`${file} ${args.slice(0, 3).join(" ")} ended with ${code}: ${output}`)),
    );
  });
}
