import type { Answer } from "./everywhere";

/** What a command has to tell, and how it ends. */
export interface Report {
  /** For people. */
  readonly text: string;
  /** For programs, under `--json`. */
  readonly json: unknown;
  readonly exitCode: ExitCode;
}

/** 0: all is well; 1: a host cannot be reached, or the command failed; 2: drift; 3: something is unhealthy. */
export type ExitCode = 0 | 1 | 2 | 3;

/** A host without an answer counts more than a bad answer: what it would have said is not known. */
export function exitCode(
  answers: ReadonlyArray<{ error?: string | undefined }>,
  otherwise: ExitCode,
): ExitCode {
  return answers.some(({ error }) => error !== undefined) ? 1 : otherwise;
}

/**
 * What each host said, for programs; one without an answer has the error, and said nothing.
 *
 * @param nothing what a host would say that has nothing to tell
 */
export function perHost<T>(
  answers: ReadonlyArray<Answer<T>>,
  said: (value: T) => object,
  nothing: T,
): object[] {
  return answers.map((answer) => ({
    name: answer.host.name,
    address: answer.host.address,
    ...(answer.error === undefined ? said(answer.value) : { error: answer.error, ...said(nothing) }),
  }));
}
