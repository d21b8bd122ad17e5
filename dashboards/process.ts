// Process metrics of programs with Prometheus' client library for Go.
import { lines } from "./panels";
import { THIRD } from "./sizes";

/** Processor, memory and open files of the process that `selector` chooses; `who` is its name. */
export function process(selector: string, who: string) {
  return [
    lines({
      title: "Processor",
      description: `Share of one core that ${who} uses.`,
      unit: "percentunit",
      min: 0,
      ...THIRD,
      queries: [{ expr: `rate(process_cpu_seconds_total{${selector}}[$__rate_interval])`, legend: "used" }],
    }),
    lines({
      title: "Memory",
      description: `Memory that ${who} holds, and how much of it is in use by its heap.`,
      unit: "bytes",
      min: 0,
      ...THIRD,
      queries: [
        { expr: `process_resident_memory_bytes{${selector}}`, legend: "resident" },
        { expr: `go_memstats_heap_inuse_bytes{${selector}}`, legend: "heap" },
      ],
    }),
    lines({
      title: "Open files",
      description: "Files and connections that are open, and how many may be.",
      unit: "short",
      min: 0,
      ...THIRD,
      queries: [
        { expr: `process_open_fds{${selector}}`, legend: "open" },
        { expr: `process_max_fds{${selector}}`, legend: "limit" },
      ],
    }),
  ];
}
