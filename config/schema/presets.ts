// Sets of defaults for a kind of machine: what a stack file says itself comes first. docs/raspberry-pi.md says why each is so.
import { choice, setting } from "./words";

/** What Go programs may use before they clean up harder, below what the kernel lets them have. */
const memory = (limit: number) => ({
  Container: { Environment: `GOMEMLIMIT=${Math.floor(limit * 0.8)}MiB` },
  Service: { MemoryMax: `${limit}M` },
});

/** Settings by preset and section, in the words of a stack file. */
export const presets = {
  "raspberry-pi": {
    front: { quadlet: { Service: { MemoryMax: "64M" } } },
    prometheus: {
      scrapeInterval: "60s",
      evaluationInterval: "60s",
      retention: { time: "90d", size: "2GB" },
      quadlet: memory(400),
    },
    grafana: {
      quadlet: { Container: { Environment: "GF_LOG_LEVEL=warn" }, Service: { MemoryMax: "300M" } },
    },
    alertmanager: { quadlet: memory(64) },
    blackboxExporter: { quadlet: memory(64) },
    nginxExporter: { quadlet: memory(64) },
  },
} as const;

export type PresetName = keyof typeof presets;

const names = Object.keys(presets) as [PresetName, ...PresetName[]];

export const preset = () =>
  setting(
    choice(names).optional(),
    "Defaults for a kind of machine, below everything that the stack file says itself. `raspberry-pi`: little memory, and a card that wears out; [docs/raspberry-pi.md](raspberry-pi.md) lists them.",
    { example: "raspberry-pi" },
  );
