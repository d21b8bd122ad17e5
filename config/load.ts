// The one place that reads the stack's configuration.
import type * as pulumi from "@pulumi/pulumi";
import type * as schema from "./schema";

type Secret = pulumi.Output<string>;
export type HostSettings = schema.HostSettings<Secret>;
export type Settings = schema.Settings<Secret>;
