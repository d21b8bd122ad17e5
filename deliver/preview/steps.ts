// The output of `pulumi preview --json`: https://www.pulumi.com/docs/iac/cli/commands/pulumi_preview/
// Its states show secrets as "[secret]".

export type Kind = "create" | "update" | "replace" | "delete";

/** A resource that would change. */
export interface Change {
  readonly kind: Kind;
  /** The resource's logical name. */
  readonly name: string;
  readonly before: Inputs;
  readonly after: Inputs;
  /** Top-level inputs that differ, even if their displayed values are equal. */
  readonly reasons: readonly string[];
}

export type Inputs = Readonly<Record<string, unknown>>;

export interface Preview {
  readonly changes: readonly Change[];
  readonly unchanged: number;
  /** Why the preview failed; empty when it did not. */
  readonly errors: readonly string[];
  /** Exceptions from the stack's policy, with their reasons. */
  readonly exceptions: readonly string[];
}

interface State {
  readonly custom?: boolean;
  readonly type: string;
  readonly inputs?: Inputs;
}

interface Step {
  readonly op: string;
  readonly urn: string;
  readonly oldState?: State;
  readonly newState?: State;
  readonly diffReasons?: readonly string[] | null;
}

interface Printed {
  readonly steps?: readonly Step[];
  readonly diagnostics?: ReadonlyArray<{ readonly message: string; readonly severity: string }>;
  readonly changeSummary?: Readonly<Record<string, number>>;
}

/** What the program's warnings of exceptions begin with. */
const POLICY_MARK = "policy: ";

/** A replacement consists of several steps. */
const KINDS: Readonly<Record<string, Kind>> = {
  create: "create",
  update: "update",
  delete: "delete",
  replace: "replace",
  "create-replacement": "replace",
  "delete-replaced": "replace",
};

/** @throws Error when it is no such JSON */
export function readPreview(text: string): Preview {
  let printed: Printed;
  try {
    printed = JSON.parse(text);
  } catch {
    throw new Error("pulumi preview --json printed no JSON");
  }
  const found = new Map<string, Change>();
  for (const step of printed.steps ?? []) {
    const kind = KINDS[step.op];
    const state = step.newState ?? step.oldState;
    // Components and providers have no properties to show.
    if (kind === undefined || state?.custom !== true || state.type.startsWith("pulumi:providers:")) continue;
    const earlier = found.get(step.urn);
    found.set(step.urn, {
      kind,
      name: step.urn.slice(step.urn.lastIndexOf("::") + 2),
      before: step.oldState?.inputs ?? earlier?.before ?? {},
      after: step.newState?.inputs ?? earlier?.after ?? {},
      reasons: step.diffReasons ?? earlier?.reasons ?? [],
    });
  }
  const told = (wanted: string) =>
    (printed.diagnostics ?? [])
      .filter(({ severity }) => severity === wanted)
      .map(({ message }) => message.replace(/^(error|warning): /, "").trim());
  return {
    changes: [...found.values()],
    unchanged: printed.changeSummary?.same ?? 0,
    errors: told("error"),
    exceptions: told("warning").filter((message) => message.startsWith(POLICY_MARK)),
  };
}
