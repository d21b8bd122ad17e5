import { address } from "../connection/connection";
import type { Answer } from "./everywhere";

/** The result of a command. */
export interface Report {
  /** For people. */
  readonly text: string;
  /** For programs, under `--json`. */
  readonly json: unknown;
  readonly exitCode: ExitCode;
}

/** 0: all is well; 1: a host cannot be reached, or the command failed; 2: drift; 3: something is unhealthy. */
export type ExitCode = 0 | 1 | 2 | 3;

/** A host without an answer takes precedence over a bad answer, since its state is unknown. */
export function exitCode(
  answers: ReadonlyArray<{ error?: string | undefined }>,
  otherwise: ExitCode,
): ExitCode {
  return answers.some(({ error }) => error !== undefined) ? 1 : otherwise;
}

/**
 * The result of each host, for programs; one without an answer has an error and the empty result.
 *
 * @param nothing the empty result
 */
export function perHost<T>(
  answers: ReadonlyArray<Answer<T>>,
  said: (value: T) => object,
  nothing: T,
): object[] {
  return answers.map((answer) => ({
    name: answer.host.name,
    address: address(answer.host.connection),
    ...(answer.error === undefined ? said(answer.value) : { error: answer.error, ...said(nothing) }),
  }));
}
