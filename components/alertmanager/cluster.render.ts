// A cluster of Alertmanagers on several hosts: they tell each other what they have sent, and which silences there are.
import { isIPv6 } from "node:net";
import { inUrl } from "../../lib/address";
import { secretFile } from "../../lib/auth";
import { OWN_AUTHORITY } from "../../lib/authority";
import { CONFIG_DIRECTORY, type PublishedPort } from "../../lib/service";
import { toYaml } from "../../lib/yaml";
import { ALERTMANAGER } from "./endpoint";

/** A member, as the others reach it. */
export interface Cluster {
  /** An IP address. */
  readonly address: string;
  readonly port: number;
  /** The others: addresses with ports. */
  readonly peers: readonly string[];
}

/** Inside the container. */
const PORT = 9094;

/** Name of the secret with the certificate of a member, and behind it its private key, in PEM form. */
export const CLUSTER_SECRET = `${ALERTMANAGER}-cluster-certificate`;

/** Without a cluster it listens for none. */
export function clusterArguments(cluster: Cluster | undefined): string[] {
  if (cluster === undefined) return ["--cluster.listen-address="];
  const { address, port, peers } = cluster;
  return [
    `--cluster.listen-address=${isIPv6(address) ? "[::]" : "0.0.0.0"}:${PORT}`,
    `--cluster.advertise-address=${inUrl(address)}:${port}`,
    ...peers.map((peer) => `--cluster.peer=${peer}`),
    `--cluster.tls-config=${CONFIG_DIRECTORY}/${TLS_FILE}`,
  ];
}

export function gossipPort({ port, address }: Cluster): PublishedPort {
  return { address: isIPv6(address) ? "::" : "0.0.0.0", hostPort: port, containerPort: PORT };
}

/** Both sides show a certificate of the stack's authority; those of fronts are for servers only. */
export function clusterFiles(cluster: Cluster | undefined): Record<string, string> {
  if (cluster === undefined) return {};
  const own = { cert_file: secretFile(CLUSTER_SECRET), key_file: secretFile(CLUSTER_SECRET) };
  const authority = `${CONFIG_DIRECTORY}/${AUTHORITY_FILE}`;
  return {
    [AUTHORITY_FILE]: `${OWN_AUTHORITY}\n`,
    [TLS_FILE]: toYaml({
      tls_server_config: {
        ...own,
        client_auth_type: "RequireAndVerifyClientCert",
        client_ca_file: authority,
      },
      tls_client_config: { ...own, ca_file: authority },
    }),
  };
}

const TLS_FILE = "cluster-tls.yml";
const AUTHORITY_FILE = "cluster-authority.pem";
