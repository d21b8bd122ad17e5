// What `pulumi preview --json` prints, made by hand in its form.
interface Step {
  readonly op: string;
  readonly name: string;
  readonly type?: string;
  readonly before?: Readonly<Record<string, unknown>>;
  readonly after?: Readonly<Record<string, unknown>>;
  readonly reasons?: readonly string[];
}

export function printed(
  steps: readonly Step[],
  errors: readonly string[] = [],
  warnings: readonly string[] = [],
): string {
  return JSON.stringify({
    steps: steps.map(({ op, name, type = "command:remote:Command", before, after, reasons = null }) => {
      const urn = `urn:pulumi:prod::podwatch::podwatch:index:MonitoringStack$${type}::${name}`;
      const state = (inputs: unknown) => ({ urn, type, custom: type.includes(":remote:"), inputs });
      return {
        op,
        urn,
        ...(before === undefined ? {} : { oldState: state(before) }),
        ...(after === undefined ? {} : { newState: state(after) }),
        diffReasons: reasons,
      };
    }),
    diagnostics: [
      ...errors.map((message) => ({ message: `error: ${message}\n`, severity: "error" })),
      ...warnings.map((message) => ({ message: `warning: ${message}\n`, severity: "warning" })),
    ],
    changeSummary: { same: 11, update: steps.length },
  });
}

/** A bundle with one file beside its head. */
export function bundle(lines: readonly string[], head = "service prometheus\ndata keep"): string {
  const part = lines.map((line) => (line === "" ? "\n" : `  ${line}\n`)).join("");
  return `podwatch-bundle 1\n${head}\npart files/prometheus.yml\n${part}end\n`;
}
