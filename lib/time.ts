/** The clock of a host. */
export interface Time {
  readonly kind: "time";
  readonly name: "time";
  /** Names or addresses of NTP servers; empty: those of the host's own configuration. */
  readonly servers: readonly string[];
  /** Name in the time zone database; absent: the host's stays. */
  readonly zone?: string | undefined;
}
