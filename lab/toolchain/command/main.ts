// A stand-in for pulumi-resource-command, used only where the real plugin cannot be had.
import { dependencies } from "../../../package.json";
import { serve } from "../provider/serve";
import { localCommand } from "./local";
import { remoteCommand } from "./remote";

serve({
  name: "command",
  version: dependencies["@pulumi/command"],
  configuration: { "__pulumi-go-provider-version": "1.2.0" },
  types: { "command:remote:Command": remoteCommand, "command:local:Command": localCommand },
}).catch((error: Error) => {
  process.stderr.write(`pulumi-resource-command: ${error.message}\n`);
  process.exit(1);
});
