// PromQL for the metrics of node exporter.
import { NODE_JOB } from "./endpoint";

/** The hosts chosen at the top of the dashboard. */
export const HOSTS = `job="${NODE_JOB}", instance=~"$instance"`;

/** Persistent file systems: not those in memory. */
export const REAL_DISK = `${HOSTS}, fstype!~"tmpfs|ramfs|fuse.*"`;

/** Share of all processors' time that is not idle, for each host. */
export const CPU_BUSY = `1 - avg by (instance) (rate(node_cpu_seconds_total{${HOSTS}, mode="idle"}[$__rate_interval]))`;

/** Share of the memory that is not available. */
export const MEMORY_USED = `1 - node_memory_MemAvailable_bytes{${HOSTS}} / node_memory_MemTotal_bytes{${HOSTS}}`;

/** Share of each file system that is not available to ordinary users. */
export const DISK_USED = `1 - node_filesystem_avail_bytes{${REAL_DISK}} / (node_filesystem_size_bytes{${REAL_DISK}} > 0)`;
