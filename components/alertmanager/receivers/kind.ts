// What a kind of receiver channel is made of; each has a file beside this one, and kinds.ts lists them.
import type { z } from "zod";
import { isHttpUrl, secretText, text } from "../../../config/schema/words";

/** Keys and values in Alertmanager's syntax. */
export type Native = Readonly<Record<string, unknown>>;

export interface Kind<Shape extends z.ZodRawShape = z.ZodRawShape> {
  /** What it does, for people. */
  readonly description: string;
  /** Its own settings and those of its log-in, named as in Alertmanager's configuration. */
  readonly settings: Shape;
  /** Settings that are secrets, each with the end of its file's name: none is the end of another. */
  readonly secrets: Readonly<Partial<Record<keyof Shape & string, string>>>;
  /** Two settings that need each other. */
  readonly together?: readonly [keyof Shape & string, keyof Shape & string];
  /** Whether Alertmanager tells of resolved alerts unless it is said. */
  readonly tellsOfResolved: boolean;
  /** An example of keys that have no setting. */
  readonly extra?: Native;
  /** A file of `templates/alertmanager/` with its messages, besides what all kinds have. */
  readonly templates?: string;
  /** The channel in Alertmanager's syntax, without its log-in; `file` is the path of a secret. */
  readonly config: (
    given: z.output<z.ZodObject<Shape>>,
    file: (secret: keyof Shape & string) => string,
  ) => Native;
}

/** Binds the settings of a kind to the function that renders them. */
export const kind = <Shape extends z.ZodRawShape>(definition: Kind<Shape>): Kind<Shape> => definition;

export const MARKDOWN = "markdown.tmpl";

/** A reference to a template of `templates/alertmanager/`. */
export const message = (template: string) => `{{ template "podwatch.${template}" . }}`;

export const secretUrl = (problem: string) =>
  secretText((value) => isHttpUrl(value) && !/[{}]/.test(value), problem);

export const secretKey = (problem: string) => secretText(/^[^\p{Cc}\s{}]{8,}$/u, problem);

export const mailAddress = (problem: string) =>
  text(/^[^\s@<>,]+@[^\s@<>,]+$/, problem).meta({
    kind: "mail address",
    placeholder: "a mail address of yours",
  });
