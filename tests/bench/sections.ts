import { existsSync, readFileSync, writeFileSync } from "node:fs";

/** Writes one part of a page that several commands write; the others stay as they are. */
export function writeSection(file: string, name: string, text: string): void {
  const page = existsSync(file) ? readFileSync(file, "utf8") : "";
  writeFileSync(file, withSection(page, name, text));
}

/** The page with this part replaced, or added at its end. */
export function withSection(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`];
  const section = `${begin}\n${text.trim()}\n${end}`;
  const from = page.indexOf(begin);
  const to = page.indexOf(end, from);
  if (from === -1 || to === -1) return `${page.trimEnd()}\n\n${section}\n`;
  return page.slice(0, from) + section + page.slice(to + end.length);
}
