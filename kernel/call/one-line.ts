/** Control characters, line and paragraph separators, and marks that reorder text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: naming them is the point.
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g;

/** Text from outside as part of one line: nothing in it can begin a line of its own. */
export function oneLine(text: string): string {
  return text.replaceAll(UNSAFE, " ").trim();
}
