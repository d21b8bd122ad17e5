/** Owner of a host's services: root (`become: true`) or the login user. */
export type Scope = "rootful" | "rootless";
