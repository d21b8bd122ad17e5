// The event of a run, independent of how it is sent.

export type Outcome = "success" | "failure";

/** `recovered`: a success after a failure. */
export type Kind = "failure" | "recovered" | "success";

export interface Event {
  readonly kind: Kind;
  readonly stack: string;
  /** Full hash. */
  readonly commit: string;
  /** First line of the commit's message. */
  readonly subject: string;
  readonly author: string;
  readonly commitLink: string | undefined;
  /** Who started the pipeline. */
  readonly by: string;
  /** URL of the pipeline. */
  readonly link: string | undefined;
  /** For a failure: what failed. */
  readonly failed: string | undefined;
}

/** As in GitHub, GitLab and Jenkins, in lower case. */
const OUTCOMES: Readonly<Record<string, Outcome | "neither">> = {
  success: "success",
  failure: "failure",
  failed: "failure",
  unstable: "failure",
  cancelled: "neither",
  canceled: "neither",
  aborted: "neither",
  skipped: "neither",
  not_built: "neither",
};

/** The outcome of the pipeline; a cancelled run sends nothing. @throws Error */
export function outcomeOf(word: string): Outcome | "neither" {
  const outcome = OUTCOMES[word.toLowerCase()];
  if (outcome === undefined) {
    throw new Error(`--outcome ${JSON.stringify(word)} is none of ${Object.keys(OUTCOMES).join(", ")}`);
  }
  return outcome;
}

/** The event after a run, given the last one sent; undefined for none. */
export function kindOf(outcome: Outcome, last: Outcome | undefined, everySuccess: boolean): Kind | undefined {
  if (outcome === "failure") return "failure";
  if (last === "failure") return "recovered";
  return everySuccess ? "success" : undefined;
}

export const TITLES: Readonly<Record<Kind, string>> = {
  failure: "failed",
  recovered: "is back to normal",
  success: "succeeded",
};
