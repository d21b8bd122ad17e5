import type * as pulumi from "@pulumi/pulumi";
import { MonitoringStack as CheckedStack } from "../components/monitoringStack";
import { whenKnown } from "../components/whenKnown";
import type { MonitoringStackArgs } from "./arguments";
import { settingsOf } from "./settings";

/** Everything that a stack file describes, for any Pulumi program. */
export class MonitoringStack extends CheckedStack {
  /** @throws RunError that lists all problems of the arguments, before any resource is registered */
  constructor(name: string, args: MonitoringStackArgs, opts?: pulumi.ComponentResourceOptions) {
    super(name, { ...settingsOf(`MonitoringStack ${name}`, args), whenKnown }, opts);
  }
}
