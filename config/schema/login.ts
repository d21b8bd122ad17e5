// How a machine is reached over SSH: the host itself and, one hop before it, a proxy.
import { z } from "zod";
import { address, flag, localPath, mayBeOutput, port, secretText, setting, text } from "./words";

const secretLines = (message: string) => secretText(/^[^\0]+$/, message);

/** Settings that the host and its proxy have in common. Of the three host-key ways, and of the four log-in ways, exactly one is used. */
export const login = {
  address: setting(mayBeOutput(address()), "IPv4 or IPv6 address or DNS name.", { example: "203.0.113.10" }),
  port: setting(port().default(22), "Port of its SSH server."),
  user: setting(
    text(
      /^[A-Za-z_][A-Za-z0-9_.@-]{0,63}\$?$/,
      "is not a user name; write the name to log in with, such as root or ansible",
    ).default("root"),
    "User to log in as.",
    { example: "ansible", placeholder: "the user you log in as" },
  ),
  hostKey: setting(
    mayBeOutput(
      z
        .string({
          error: "is not a host key; write what `ssh-keyscan -t ed25519 ADDRESS` prints after the address",
        })
        .optional(),
    ),
    "Pinned public key of its SSH server: type and key as in a known_hosts file. Types: ssh-ed25519, ecdsa-sha2-nistp256, -384 and -521.",
    {
      example: "ssh-ed25519 AAAA...",
      lines: true,
      placeholder: "the key of your host, what `ssh-keyscan -t ed25519 ADDRESS` prints after the address",
    },
  ),
  knownHostsFile: setting(
    localPath().optional(),
    "A known_hosts file on this computer with the server's key under its address (`[address]:port` if the port is not 22); entries may be hashed.",
    { example: "~/.ssh/known_hosts" },
  ),
  insecureIgnoreHostKey: setting(
    flag().default(false),
    "Accept any host key. Whoever answers at the address gets the secrets; use it for throwaway machines only.",
  ),
  privateKeyFile: setting(
    localPath().optional(),
    "File on this computer with the private key to log in with.",
    {
      example: "~/.ssh/id_ed25519",
    },
  ),
  privateKey: setting(
    secretLines("is not a private key; write the text of a private key file").optional(),
    "The private key itself, for deployments from machines without a key file.",
    { secret: true, lines: true },
  ),
  privateKeyPassword: setting(
    secretLines("is not a password; write the one that the private key is encrypted with").optional(),
    "Password of the private key, if it is encrypted.",
    { secret: true },
  ),
  agent: setting(flag().default(false), "Log in with the keys of the running SSH agent (`SSH_AUTH_SOCK`)."),
  password: setting(
    secretLines("is not a password; write the one to log in with").optional(),
    "Password to log in with.",
    { secret: true },
  ),
};
