/** Number of single-character edits and swaps of neighbours between two words. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

/** Longest word that is compared; anything longer is nobody's slip. */
const LONGEST = 80;

/** The known names closest to a wrong one, best first: a few slips away, or one containing the other. */
export function nearest(wrong: string, known: Iterable<string>, limit = 3): string[] {
  if (wrong === "" || wrong.length > LONGEST) return [];
  const word = normal(wrong);
  const allowed = Math.max(1, Math.floor(word.length / 3));
  const scored: { name: string; score: number }[] = [];
  for (const name of known) {
    const other = normal(name);
    const distance = editDistance(word, other);
    const contains = word.length >= 3 && (other.includes(word) || word.includes(other));
    if (distance <= allowed || contains)
      scored.push({ name, score: contains ? Math.min(distance, allowed) : distance });
  }
  scored.sort((a, b) => a.score - b.score || a.name.localeCompare(b.name));
  return scored.slice(0, limit).map(({ name }) => name);
}

function normal(name: string): string {
  return name.toLowerCase().replaceAll(/[-_ ]/g, "");
}
