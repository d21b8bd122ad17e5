/** What a failure of the SSH connection means and what to do about it; each matches one text of the provider. */
const EXPLANATIONS: ReadonlyArray<readonly [RegExp, string]> = [
  [
    /host key mismatch|no common algorithm for host key/,
    "shows another host key than the one that is pinned. If the host was reinstalled, compare the new key on its console " +
      "(ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub) and put it into hostKey or the knownHostsFile; otherwise somebody may be in between",
  ],
  [
    /unable to authenticate/,
    "does not let the user in: check user, and privateKeyFile, privateKey, agent or password, and the user's ~/.ssh/authorized_keys on the host",
  ],
  [/connection refused/, "has no SSH server on that port: check address and port"],
  [
    /no route to host|i\/o timeout|no such host|network is unreachable/,
    "cannot be reached: check address and port, and that it is up",
  ],
  [
    /incorrect password attempt|no password was provided|a password is required/,
    "does not accept becomePassword for sudo: correct it with pulumi config set --secret",
  ],
  [
    /cannot open .*podwatch\/runner|podwatch\/runner.*No such file|podwatch\/runner: not found/,
    "has lost the Podwatch runner (was it reinstalled?): run pulumi up --replace for the host's runner, or pulumi refresh --run-program after removing its state",
  ],
  [
    /No space left on device|disk full/,
    "has no space left: free some, then run pulumi up again; what ran before still runs",
  ],
];

/** Explains the error text of a failed command on a host; undefined when the text speaks for itself. */
export function explainFailure(host: string, error: string): string | undefined {
  const found = EXPLANATIONS.find(([text]) => text.test(error));
  return found && `host ${host} ${found[1]}`;
}
