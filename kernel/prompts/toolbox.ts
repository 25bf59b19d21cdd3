import { useName } from "../../sdk/tool.ts";
import type { HostedTool } from "../host/types.ts";

/** Something to look at. */
export interface Look {
  /** What is looked at, and for what, as the beginning of a sentence. */
  readonly what: string;
  /** Endpoints that show it; a tool that reads any of them will do. */
  readonly reads: readonly string[];
  /** End of the fitting tool's name, where many tools read the same. */
  readonly like?: string;
}

/** The tools that are listed now, found by what they declare to read: no tool is taken for granted. */
export class Toolbox {
  readonly #listed: readonly HostedTool[];

  constructor(listed: readonly HostedTool[]) {
    this.#listed = listed;
  }

  /** Whether any listed tool changes something. */
  get canChange(): boolean {
    return this.#listed.some(({ lowest }) => lowest !== "read");
  }

  /** One line for each look: the tool for it, the request for a tool that can send any, or that nothing can see it. */
  steps(looks: readonly Look[]): string {
    return looks.map((look, index) => `${index + 1}. ${look.what}: ${this.#means(look)}.`).join("\n");
  }

  #means(look: Look): string {
    const names = [...new Set(look.reads.flatMap((endpoint) => this.#reading(endpoint, look.like) ?? []))];
    if (names.length > 0) return names.join(" or ");
    const requests = look.reads.join(" or ");
    const any = this.#listed.find(({ tool }) => tool.uses.some((use) => useName(use) === "any"));
    if (any !== undefined) return `${any.tool.name} with ${requests}`;
    return `no listed tool reads this (${requests}); say in the conclusion that it was not looked at`;
  }

  /** The read tool that fits best: by its name, then the one that reads the least besides. */
  #reading(endpoint: string, like: string | undefined): string | undefined {
    const found = this.#listed
      .filter(({ tool }) => tool.plan === undefined && tool.uses.some((use) => useName(use) === endpoint))
      .map(({ tool }) => tool)
      .sort((a, b) => a.uses.length - b.uses.length || a.name.length - b.name.length);
    const fitting = like === undefined ? found : found.filter(({ name }) => name.endsWith(like));
    return fitting[0]?.name;
  }
}
