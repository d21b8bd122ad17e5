import { readOptions } from "../../operate/options";
import { change, verify } from "./actions";
import { type Record, readRecord } from "./record";
import { Delivery, type Revision, revision } from "./steps";

/** Deploys the commit that staging has proven, and no other, and verifies it. */
export async function production(args: readonly string[]): Promise<number> {
  const options = readOptions(
    "production",
    {
      stack: "needed",
      proof: "needed",
      record: "optional",
      timeout: "optional",
      junit: "optional",
      "config-file": "optional",
    },
    args,
  );
  const target = { stack: options.stack, configFile: options["config-file"] };
  const at = await revision();
  const delivery = new Delivery(options.stack, at, options.record);
  return delivery.run(async () => {
    await delivery.step("proof", async () => check(readRecord(options.proof), at, options.stack));
    await delivery.step("up", () => change("up", target));
    await delivery.step("verify", () => verify(target, options));
  });
}

/** @throws Error unless it proves this revision on another stack */
function check(proof: Record, at: Revision, stack: string): void {
  const refuse = (reason: string) => {
    throw new Error(`${reason}; no host was touched`);
  };
  if (proof.stack === stack)
    refuse(`the record is that of ${stack} itself: name the one of the staging stack`);
  if (proof.outcome !== "success")
    refuse(`${proof.stack} failed (${proof.failed}): production takes only a record of success`);
  if (!proof.clean)
    refuse(`${proof.stack} ran with files that differ from the commit: run it without --allow-changes`);
  if (proof.commit !== at.commit) {
    refuse(
      `${proof.stack} proved commit ${proof.commit}, but ${at.commit} is checked out: check out the former, or prove the latter`,
    );
  }
  if (!at.clean) refuse("files differ from the proven commit: git status shows them");
}
