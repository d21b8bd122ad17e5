/** A piece of a file of another program on the host, between two lines that mark it. */
export interface Fragment {
  readonly kind: "fragment";
  readonly name: string;
  /** The file; of several the first whose directory is on the host. */
  readonly files: readonly string[];
  /** The lines before and after the piece. What is between such lines already is replaced. */
  readonly markers: { readonly begin: string; readonly end: string };
  /** The piece by variant, for versions of the program that need another one. */
  readonly variants: Readonly<Record<string, string>>;
  readonly hooks: FragmentHooks;
  /** How long the program may take until it does what the piece says, in seconds. */
  readonly readyWithin: number;
}

/** POSIX sh scripts; but for the last they run on the host, with the file as their argument. */
export interface FragmentHooks {
  /** Fails with what is against the piece, before anything is changed. */
  readonly check: string;
  /** Prints the variant that the host needs. */
  readonly variant: string;
  /** Whether the program accepts the file that has just been written. */
  readonly test: string;
  /** Has the program read it. A line that begins with `note: ` says that it does not run, and is shown. */
  readonly renew: string;
  /** Succeeds once the program does what the piece says; repeated until then. */
  readonly ready: string;
  /** The service inside whose container `ready` runs. */
  readonly inside: string;
}
