/** Words of a line in which every argument is in single quotes, as our own side writes them. */
export function wordsOf(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let at = 0;
  while (at < line.length) {
    const char = line[at] ?? "";
    if (char === "'") {
      const end = line.indexOf("'", at + 1);
      word = (word ?? "") + line.slice(at + 1, end);
      at = end + 1;
    } else if (char === " ") {
      if (word !== undefined) words.push(word);
      word = undefined;
      at += 1;
    } else {
      at += char === "\\" ? 1 : 0;
      word = (word ?? "") + (line[at] ?? "");
      at += 1;
    }
  }
  return word === undefined ? words : [...words, word];
}
