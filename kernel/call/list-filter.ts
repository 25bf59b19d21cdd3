import type { Row } from "../../sdk/results.ts";

type Matches = (row: Row) => boolean;

/** A test for rows that pass every part of a filter; see `ListingParts` for what each key means. */
export function matcher(filter: Readonly<Record<string, string>>): Matches {
  const tests = Object.entries(filter).map(([key, wanted]) => testOf(key, wanted.toLowerCase()));
  return (row) => tests.every((test) => test(row));
}

function testOf(key: string, wanted: string): Matches {
  switch (key) {
    case "text":
      return (row) => Object.values(row).some((cell) => cell !== undefined && folded(cell).includes(wanted));
    case "name": {
      const matches = nameTest(wanted);
      return (row) => row.name !== undefined && matches(folded(row.name));
    }
    case "tag":
      return (row) =>
        row.tags !== undefined &&
        folded(row.tags)
          .split(/[;,\s]+/)
          .includes(wanted);
    default:
      return (row) => row[key] !== undefined && folded(row[key]) === wanted;
  }
}

function nameTest(wanted: string): (name: string) => boolean {
  if (!/[*?]/.test(wanted)) return (name) => name.includes(wanted);
  const pieces = wanted.split(/([*?])/);
  const source = pieces.map((piece) =>
    piece === "*"
      ? ".*"
      : piece === "?"
        ? "."
        : piece.replace(/[^\w]/g, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`),
  );
  const pattern = new RegExp(`^${source.join("")}$`, "su");
  return (name) => pattern.test(name);
}

function folded(cell: unknown): string {
  return String(cell).toLowerCase();
}
