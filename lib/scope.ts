/** Whose the services of a host are: root's (`become: true`) or the login user's. */
export type Scope = "rootful" | "rootless";
