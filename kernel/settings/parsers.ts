import { ParseFault } from "./errors.ts";
import type { Machine } from "./paths.ts";

/** Turns the text of a variable into its value; throws {@link ParseFault}. */
export type Parser<T> = (text: string, machine: Machine) => T;

/** A value as faults quote it: short, printable, and never something that may carry credentials. */
export function quote(text: string): string {
  if (/[@!=]|[0-9a-f-]{32}/i.test(text)) return "the value";
  const printable = text.replaceAll(/[^\x20-\x7e]+/g, "?");
  return printable.length > 40 ? `"${printable.slice(0, 40)}…"` : `"${printable}"`;
}

/** One of the given words, in any case. */
export function oneOf<const Word extends string>(words: readonly Word[]): Parser<Word> {
  return (text) => {
    const word = words.find((candidate) => candidate === text.trim().toLowerCase());
    if (word === undefined) throw new ParseFault(`${quote(text)} is not known`);
    return word;
  };
}

const TRUE = ["1", "true", "yes", "on"];
const FALSE = ["0", "false", "no", "off"];

/** What {@link flag} takes. */
export const FLAG_ACCEPTS = "1, true, yes, on, or 0, false, no, off";

/** A boolean in the usual spellings. */
export const flag: Parser<boolean> = (text) => {
  const word = text.trim().toLowerCase();
  if (TRUE.includes(word)) return true;
  if (FALSE.includes(word)) return false;
  throw new ParseFault(`${quote(text)} is neither on nor off`);
};

/** A whole number between two bounds, both included. */
export function integer(minimum: number, maximum: number): Parser<number> {
  return (text) => {
    const digits = text.trim();
    if (!/^\d{1,12}$/.test(digits)) throw new ParseFault(`${quote(text)} is not a whole number`);
    const value = Number(digits);
    if (value < minimum || value > maximum) throw new ParseFault(`${digits} is out of range`);
    return value;
  };
}

/** A name of the given form. The value is quoted in the fault, so this is not for secrets. */
export function named(form: RegExp): Parser<string> {
  return (text) => {
    const value = text.trim();
    if (!form.test(value)) throw new ParseFault(`${quote(text)} is not a valid name`);
    return value;
  };
}

/** The non-empty parts of a list. */
export function parts(text: string, separator: string | RegExp): string[] {
  return text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
