/** Lines shown around what differs. */
const CONTEXT = 3;
/** Comparisons before the parts that differ are taken as a whole. */
const MOST_COMPARED = 4_000_000;

interface Edit {
  readonly mark: " " | "-" | "+";
  readonly line: string;
}

/**
 * What differs between two texts, as unified hunks: `@@ -1,3 +1,4 @@`, then lines that begin with a space, `-` or
 * `+`. At most `mostLines` of them; what was left out is said. Empty where nothing differs.
 */
export function textDiff(before: string, after: string, mostLines: number): readonly string[] {
  if (before === after) return [];
  const all = hunks(edits(linesOf(before), linesOf(after)));
  if (all.length === 0) return ["only the end of the last line differs"];
  const left = all.length - mostLines;
  return left > 0 ? [...all.slice(0, mostLines), `… ${left} more lines of the diff`] : all;
}

function linesOf(text: string): readonly string[] {
  if (text === "") return [];
  return (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
}

function edits(before: readonly string[], after: readonly string[]): readonly Edit[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
  let tail = 0;
  const room = Math.min(before.length, after.length) - head;
  while (tail < room && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  const same = (lines: readonly string[]) => lines.map((line): Edit => ({ mark: " ", line }));
  return [
    ...same(before.slice(0, head)),
    ...middle(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...same(before.slice(before.length - tail)),
  ];
}

/** By the longest common subsequence, where that can be had. */
function middle(before: readonly string[], after: readonly string[]): readonly Edit[] {
  const removed = before.map((line): Edit => ({ mark: "-", line }));
  const added = after.map((line): Edit => ({ mark: "+", line }));
  if (before.length * after.length > MOST_COMPARED) return [...removed, ...added];
  const width = after.length + 1;
  const lengths = new Uint32Array((before.length + 1) * width);
  const at = (row: number, column: number) => lengths[row * width + column] ?? 0;
  for (let row = before.length - 1; row >= 0; row -= 1) {
    for (let column = after.length - 1; column >= 0; column -= 1) {
      lengths[row * width + column] =
        before[row] === after[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  return walk(before, after, at);
}

function walk(
  before: readonly string[],
  after: readonly string[],
  at: (row: number, column: number) => number,
): readonly Edit[] {
  const found: Edit[] = [];
  let row = 0;
  let column = 0;
  while (row < before.length || column < after.length) {
    const old = before[row];
    const fresh = after[column];
    if (old !== undefined && old === fresh) {
      found.push({ mark: " ", line: old });
      row += 1;
      column += 1;
    } else if (old !== undefined && (fresh === undefined || at(row + 1, column) >= at(row, column + 1))) {
      found.push({ mark: "-", line: old });
      row += 1;
    } else {
      found.push({ mark: "+", line: fresh ?? "" });
      column += 1;
    }
  }
  return found;
}

/** Edits near each other as one hunk, with their place in both texts. */
function hunks(all: readonly Edit[]): readonly string[] {
  const isShown = all.map((_, index) =>
    all.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some(({ mark }) => mark !== " "),
  );
  const lines: string[] = [];
  let before = 1;
  let after = 1;
  for (let index = 0; index < all.length; ) {
    let end = index;
    while (end < all.length && isShown[end] === isShown[index]) end += 1;
    const part = all.slice(index, end);
    const old = part.filter(({ mark }) => mark !== "+").length;
    const fresh = part.filter(({ mark }) => mark !== "-").length;
    if (isShown[index] === true) {
      const head = `@@ -${place(before, old)} +${place(after, fresh)} @@`;
      lines.push(head, ...part.map(({ mark, line }) => mark + line));
    }
    before += old;
    after += fresh;
    index = end;
  }
  return lines;
}

/** A part without lines is placed after the line before it. */
function place(first: number, count: number): string {
  return `${count === 0 ? first - 1 : first},${count}`;
}
