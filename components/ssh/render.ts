import type { SshServer } from "../../lib/sshServer";
import { SSH } from "./endpoint";

export type SshInput = Omit<SshServer, "kind" | "name">;

export function sshServer(input: SshInput): SshServer {
  return { kind: "sshd", name: SSH, ...input };
}
