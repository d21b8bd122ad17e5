import type { LabHost } from "../integration/support/lab";

/** What testssl.sh found, by its own names for it. */
export type Findings = Readonly<Record<string, string>>;

interface Finding {
  readonly id: string;
  readonly severity: string;
  readonly finding: string;
}

/** What it says of the openssl that it runs itself. */
const OWN_PROBLEM = "engine_problem";

/** Protocols, forward secrecy, the certificate, headers, and each cipher of each protocol. */
export async function testssl(client: LabHost, name: string, ca: string): Promise<Findings> {
  await client.exec(`cat >/root/ca.pem <<"END"\n${ca}END`);
  const found = await asked(client, "-p -f -S -h -E --add-ca /root/ca.pem", name);
  return Object.fromEntries(found.map(({ id, finding }) => [id, finding]));
}

/** Weaknesses that have names, such as Heartbleed, ROBOT and SWEET32: those that testssl.sh does not rule out. */
export async function weaknesses(client: LabHost, name: string): Promise<string[]> {
  const found = await asked(client, "-U", name);
  return found
    .filter(({ id, severity }) => !["OK", "INFO"].includes(severity) && id !== OWN_PROBLEM)
    .map(({ id, severity, finding }) => `${id} ${severity} ${finding}`);
}

async function asked(client: LabHost, options: string, name: string): Promise<Finding[]> {
  const place = "/root/testssl.json";
  const run = `rm -f ${place}; testssl --quiet --color 0 --warnings off --jsonfile ${place} ${options} https://${name}`;
  const { stdout, stderr } = await client.tryExec(`${run} >/root/testssl.log 2>&1; cat ${place}`);
  try {
    return JSON.parse(stdout);
  } catch {
    throw new Error(
      `testssl.sh told nothing:\n${stdout}${stderr}${await client.exec("cat /root/testssl.log")}`,
    );
  }
}
