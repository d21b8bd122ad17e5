// The texts are the command provider's own, as it was seen to fail.
import { explainFailure } from "../../lib/explain";

test.each([
  ["ssh: handshake failed: ssh: host key mismatch", /another host key than the one that is pinned/],
  [
    "ssh: handshake failed: ssh: no common algorithm for host key; we offered: [ssh-rsa], peer offered: [rsa-sha2-512]",
    /another host key than the one that is pinned/,
  ],
  [
    "after 7 failed attempts: ssh: handshake failed: ssh: unable to authenticate, attempted methods [none publickey], no supported methods remain",
    /does not let the user in/,
  ],
  [
    "after 7 failed attempts: dial tcp 10.1.2.3:22: connect: connection refused",
    /has no SSH server on that port/,
  ],
  ["dial tcp 10.1.2.3:22: connect: no route to host", /cannot be reached/],
  ["dial tcp 10.1.2.3:22: i/o timeout", /cannot be reached/],
  ["dial tcp: lookup nowhere: no such host", /cannot be reached/],
  ["Process exited with status 1: sudo: 3 incorrect password attempts", /does not accept becomePassword/],
  ["Process exited with status 1: sudo: no password was provided", /does not accept becomePassword/],
  ["sh: 0: cannot open /var/lib/podwatch/runner: No such file", /has lost the Podwatch runner/],
  ["sh: /var/lib/podwatch/runner: No such file or directory", /has lost the Podwatch runner/],
  ["cat: write error: No space left on device", /has no space left/],
  ["podwatch: cannot write to /var/lib/podwatch; is the disk full?", /has no space left/],
])("%s", (error, explanation) => {
  const text = explainFailure("mon1", error);
  expect(text).toMatch(/^host mon1 /);
  expect(text).toMatch(explanation);
  expect(text).not.toContain("\n");
});

test.each(["", "podwatch: prometheus refuses its new configuration; nothing was changed", "exit status 1"])(
  "%j speaks for itself",
  (error) => {
    expect(explainFailure("mon1", error)).toBeUndefined();
  },
);
