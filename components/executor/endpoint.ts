import { containerEndpoint } from "../../lib/endpoint";

/** Name of the service, and of the job of its metrics. */
export const EXECUTOR = "executor";

export const EXECUTOR_ENDPOINT = containerEndpoint(EXECUTOR, 9108, "/executor");
