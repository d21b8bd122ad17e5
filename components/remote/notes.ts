import * as pulumi from "@pulumi/pulumi";

/** A hook that tells what the runner had to say of a change that went well: Pulumi shows what commands print only if they fail. */
export function notesHook(host: string): pulumi.ResourceHook {
  return new pulumi.ResourceHook(`${host}-notes`, async ({ newOutputs }) => {
    const printed = await known(newOutputs?.stdout);
    for (const note of notesIn(typeof printed === "string" ? printed : "")) {
      await pulumi.log.warn(`host ${host}: ${note}`);
    }
  });
}

/** The lines that are for people. */
export function notesIn(printed: string): string[] {
  return [...printed.matchAll(/^note: (.+)$/gm)].map(([, note = ""]) => note);
}

/** A value that a secret went into comes wrapped. */
function known(value: unknown): Promise<unknown> {
  return new Promise((resolve) => {
    pulumi.all([value as pulumi.Input<string>]).apply(([text]) => resolve(text));
  });
}
