import { MonitoringStack } from "./components/monitoringStack";
import { load } from "./config/load";

const stack = new MonitoringStack("podwatch", load());

/** Where everything is and how to log in, by host; `pulumi stack output installations --show-secrets` shows passwords. */
export const installations = stack.installations;

/** The certificate of the stack's own authority, for browsers that are to trust its fronts; absent if there is none. */
export const authority = stack.authority;
