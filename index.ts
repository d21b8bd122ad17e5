import { MonitoringStack } from "./components/monitoringStack";
import { load } from "./config/load";

const stack = new MonitoringStack("podwatch", load());

/** What `pulumi stack output` shows. */
export = {
  /** Where everything is and how to log in, by host; `pulumi stack output installations --show-secrets` shows passwords. */
  installations: stack.installations,
  /** The certificate of the stack's own authority, for browsers that are to trust its fronts; absent if there is none. */
  ...(stack.authority === undefined ? {} : { authority: stack.authority }),
};
