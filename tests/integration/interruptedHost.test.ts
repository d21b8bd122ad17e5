// Deployments that something happens to on the host, at random moments.
import { faultTest } from "./support/faults";
import { interruptions, suite, tries } from "./support/interruptionSuite";
import { HOST_FAULTS } from "./support/interruptions";

const deployments = suite("interrupted-host");
const { host, chaos } = deployments;

interruptions(deployments, HOST_FAULTS);

tries(
  "two deployments to one host at once",
  "each waits for the other, both succeed, nothing is left over",
  (number) => chaos().twoAtOnce(number),
);

faultTest(
  "a deployment that hangs, while another one waits for it",
  "the second one fails with a message that says so",
  async () => {
    const refused = await host().tryExec(`
    exec 8>/var/lib/podwatch/locks/nginx && flock 8
    PODWATCH_LOCK_SECONDS=1 sh /var/lib/podwatch/runner apply nginx </dev/null`);
    expect(refused).toHaveExited(1);
    expect(refused.stderr).toBe(
      "podwatch: another deployment has been at work on nginx for 1 s; wait for it, then run pulumi up again\n",
    );
  },
);
