// A host's network, units, clock and kernel.
import { bars, label, lines } from "../../dashboards/panels";
import { HALF, THIRD } from "../../dashboards/sizes";
import { HOSTS } from "./queries.board";

/** The host's own interfaces, without those of containers. */
const INTERFACES = `${HOSTS}, device!~"lo|veth.*"`;

export function network() {
  return [
    lines({
      title: "Bytes received and sent",
      description: "Traffic of each interface.",
      unit: "Bps",
      min: 0,
      ...HALF,
      queries: [
        {
          expr: `rate(node_network_receive_bytes_total{${INTERFACES}}[$__rate_interval])`,
          legend: "{{instance}} {{device}} received",
        },
        {
          expr: `rate(node_network_transmit_bytes_total{${INTERFACES}}[$__rate_interval])`,
          legend: "{{instance}} {{device}} sent",
        },
      ],
    }),
    lines({
      title: "Packets lost",
      description: "Packets that each interface dropped or found broken; a steady flow means trouble.",
      unit: "pps",
      min: 0,
      ...HALF,
      thresholds: [[1, "orange"]],
      queries: (["drop", "errs"] as const).map((what) => ({
        expr: `rate(node_network_receive_${what}_total{${INTERFACES}}[$__rate_interval]) + rate(node_network_transmit_${what}_total{${INTERFACES}}[$__rate_interval])`,
        legend: `{{instance}} {{device}} ${what === "drop" ? "dropped" : "broken"}`,
      })),
    }),
  ];
}

export function system() {
  return [
    lines({
      title: "Units by state",
      description: "Units of systemd; failed ones should be none.",
      unit: "short",
      min: 0,
      ...THIRD,
      queries: [
        {
          expr: `sum by (instance, state) (node_systemd_unit_state{${HOSTS}, state=~"active|failed|activating"})`,
          legend: "{{instance}} {{state}}",
        },
      ],
    }),
    lines({
      title: "Clock",
      description:
        "How far each host's clock is from the time it takes for right, and from this Prometheus' own.",
      unit: "s",
      ...THIRD,
      queries: [
        { expr: `node_timex_offset_seconds{${HOSTS}}`, legend: "{{instance}} offset" },
        {
          expr: `node_time_seconds{${HOSTS}} - timestamp(node_time_seconds{${HOSTS}})`,
          legend: "{{instance}} against Prometheus",
        },
      ],
    }),
    bars({
      title: "Boots",
      description: "When hosts were booted.",
      unit: "short",
      ...THIRD,
      queries: [
        { expr: `changes(node_boot_time_seconds{${HOSTS}}[$__rate_interval])`, legend: "{{instance}}" },
      ],
    }),
    lines({
      title: "Processes",
      description: "Processes that run, and those that wait for a disk.",
      unit: "short",
      min: 0,
      ...THIRD,
      queries: [
        { expr: `node_procs_running{${HOSTS}}`, legend: "{{instance}} running" },
        { expr: `node_procs_blocked{${HOSTS}}`, legend: "{{instance}} waiting" },
      ],
    }),
    lines({
      title: "Open files of the host",
      description: "Share of the open files that the kernel allows.",
      unit: "percentunit",
      min: 0,
      ...THIRD,
      queries: [
        {
          expr: `node_filefd_allocated{${HOSTS}} / node_filefd_maximum{${HOSTS}}`,
          legend: "{{instance}}",
        },
      ],
    }),
    label({
      title: "Kernel",
      description: "Version of the kernel and kind of processor.",
      unit: "none",
      ...THIRD,
      queries: [{ expr: `node_uname_info{${HOSTS}}`, legend: "{{instance}}: {{release}} {{machine}}" }],
    }),
  ];
}
