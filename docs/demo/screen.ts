/** Plain output for a terminal; coloured only where somebody is looking. */
const coloured = process.stdout.isTTY && process.env.NO_COLOR === undefined;

function paint(code: number, text: string): string {
  return coloured ? `\u001b[${code}m${text}\u001b[0m` : text;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function indented(text: string): string {
  return text
    .split("\n")
    .map((line) => `    ${line}`)
    .join("\n");
}

/** A heading. */
export function chapter(title: string): void {
  print(`\n${paint(1, `== ${title}`)}`);
}

/** A call as it is sent. */
export function question(tool: string, args: Readonly<Record<string, unknown>>): void {
  print(`\n${paint(36, `> ${tool} ${JSON.stringify(args)}`)}`);
}

/** What came back. */
export function answer(text: string, isError: boolean): void {
  print(isError ? paint(33, indented(text)) : indented(text));
}

/** What a human is asked, and how they answer. */
export function human(message: string, reply: string): void {
  print(paint(35, indented(`[to the human] ${message}\n[the human] ${reply}`)));
}

/** A remark, such as a line of progress. */
export function note(text: string): void {
  print(paint(2, `    … ${text}`));
}
