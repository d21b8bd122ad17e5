// A stand-in for pulumi-resource-random, used only where the real plugin cannot be had.
import { dependencies } from "../../../package.json";
import { serve } from "../provider/serve";
import { RANDOM_TYPES } from "./resources";

serve({ name: "random", version: dependencies["@pulumi/random"], types: RANDOM_TYPES }).catch(
  (error: Error) => {
    process.stderr.write(`pulumi-resource-random: ${error.message}\n`);
    process.exit(1);
  },
);
