import { oneOf, type Parser } from "./parsers.ts";

/** Chapters of the settings page, in its order. */
export const GROUPS = [
  "Cluster",
  "Sign-in",
  "TLS",
  "SSH",
  "Defaults of tools",
  "Safety",
  "Plugins",
  "Server",
  "Limits",
] as const;

/** One variable: the source of both the reader and the settings page. */
export interface Definition<T> {
  readonly group: (typeof GROUPS)[number];
  readonly describe: string;
  /** What is accepted, as faults and the page say it. */
  readonly accepts: string;
  readonly parse: Parser<T>;
  /** Value where the variable is not set. */
  readonly fallback?: T;
  /** How the page shows a default that is not simply `fallback`. */
  readonly shownDefault?: string;
  readonly required?: true;
  /** Its value is never quoted. */
  readonly secret?: true;
}

type Fallback<T> = { readonly fallback: NoInfer<T> } | { readonly fallback?: never };

/** A definition as it is, with its type inferred. */
export function define<T>(
  definition: Definition<T> & { readonly fallback: T },
): Definition<T> & { readonly fallback: T };
export function define<T>(definition: Definition<T> & Fallback<T>): Definition<T>;
export function define<T>(definition: Definition<T>): Definition<T> {
  return definition;
}

/** A variable that takes one of some words. */
export function choice<const Word extends string>(
  words: readonly Word[],
  rest: { group: (typeof GROUPS)[number]; describe: string; fallback: NoInfer<Word> },
) {
  return define<Word>({ ...rest, accepts: words.join(", "), parse: oneOf(words) });
}

/** Variables by name. */
export type Definitions = Readonly<Record<string, Definition<NonNullable<unknown>>>>;

/** Values by variable; `undefined` where it is not set and has no default. */
export type ValuesOf<Table> = {
  readonly [Name in keyof Table]: Table[Name] extends { readonly fallback: infer T }
    ? T
    : Table[Name] extends Definition<infer T>
      ? T | undefined
      : never;
};
