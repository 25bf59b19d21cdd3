import { alignedTable, code, codes, prose } from "./markdown.ts";
import type { Page } from "./page.ts";
import type { DocumentedPlugin } from "./plugins.ts";
import { riskText } from "./tools.ts";

const START = "<!-- generated:tools -->";
const END = "<!-- /generated -->";

/** `text` with what stands between the marks replaced; where there are none, they come after the first heading. */
export function withGenerated(text: string, generated: string): string {
  const part = `${START}\n\n${generated}\n${END}`;
  const start = text.indexOf(START);
  const end = text.indexOf(END, start);
  if (start !== -1 && end !== -1) return text.slice(0, start) + part + text.slice(end + END.length);
  if (start !== -1 || text.includes(END)) throw new Error(`${START} and ${END} must stand in this order`);
  const heading = /^# .*\n/m.exec(text);
  const after = heading === null ? 0 : heading.index + heading[0].length;
  return `${text.slice(0, after)}\n${part}\n${text.slice(after)}`;
}

/** `plugins/<id>/README.md`: its facts are generated, the guidance around them is written by hand. */
export function readmePage({ id, grants, tools }: DocumentedPlugin): Page {
  const rows = tools.map(({ tool, lowest }) => [
    code(tool.name),
    riskText(lowest, tool.risk),
    prose(tool.title),
  ]);
  const facts = [
    alignedTable(["Tool", "Risk", "What"], rows),
    `Grants: ${codes(grants)}. Inputs, endpoints, privileges and evidence: [reference](../../docs/reference/tools/${id}.md).`,
  ].join("\n");
  return {
    file: `plugins/${id}/README.md`,
    render: (present = `# ${id}\n`) => withGenerated(present, `${facts}\n`),
  };
}
