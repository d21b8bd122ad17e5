import { MonitoringStack } from "./components/monitoringStack";
import { load } from "./config/load";

const stack = new MonitoringStack("podwatch", load());

/** Where everything is and how to log in, by host; `pulumi stack output installations --show-secrets` shows passwords. */
export const installations = stack.installations;
