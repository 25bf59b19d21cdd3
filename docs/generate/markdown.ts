/** Makes Markdown (GitHub's) from plain text that may hold anything. */

/** Plain text, so that nothing in it is taken for markup. Line breaks become spaces. */
export function prose(text: string): string {
  return text
    .replaceAll(/\s*[\r\n]+\s*/g, " ")
    .replaceAll(/[\\`*[\]<>~]/g, "\\$&")
    .replaceAll(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, "\\_")
    .replaceAll(/&(?=#?\w+;)/g, "&amp;")
    .replace(/^(?=[#+=-])/, "\\")
    .replace(/^(\d+)(?=[.)])/, "$1\\");
}

/** A code span; where backticks, or a backslash before a pipe, could not stand in one, the same in HTML. */
export function code(text: string): string {
  const line = text.replaceAll(/[\r\n]+/g, " ");
  const isPlain = line.trim() !== "" && !/`|\\+\||^\s|\s$/.test(line);
  if (isPlain) return `\`${line}\``;
  const encoded = line.replaceAll(/[^A-Za-z0-9 ]/gu, (char) => `&#${char.codePointAt(0)};`);
  return `<code>${encoded}</code>`;
}

/** Several code spans, with commas. */
export function codes(texts: readonly string[]): string {
  return texts.map(code).join(", ");
}

function cell(markdown: string): string {
  return markdown.replaceAll("|", "\\|").replaceAll("\n", " ");
}

/** A table; cells are Markdown on one line, their pipes are escaped here. */
export function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |\n`;
  return line(columns) + line(columns.map(() => "---")) + rows.map(line).join("");
}

/** A table whose columns are padded, for files that people edit as well. */
export function alignedTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [columns, ...rows].map((row) => row.map(cell));
  const widths = columns.map((_, at) => Math.max(3, ...cells.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[], fill: string) =>
    `| ${widths.map((width, at) => (row[at] ?? "").padEnd(width, fill)).join(" | ")} |\n`;
  const [head = [], ...body] = cells;
  return line(head, " ") + line([], "-") + body.map((row) => line(row, " ")).join("");
}
