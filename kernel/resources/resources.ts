import { ToolError } from "../../sdk/errors.ts";
import type { ListedResource, NamedResource, ResourceKind, Resources, ResourceTemplate } from "./types.ts";

/** The kinds of resource as one. */
export class KernelResources implements Resources {
  readonly #kinds: readonly ResourceKind[];

  constructor(kinds: readonly ResourceKind[]) {
    this.#kinds = kinds;
  }

  templates(): readonly ResourceTemplate[] {
    return this.#kinds.flatMap(({ templates }) => templates);
  }

  async list(subject: string): Promise<readonly ListedResource[]> {
    return (await Promise.all(this.#kinds.map((kind) => kind.list(subject)))).flat();
  }

  open(uri: string): NamedResource {
    const url = URL.canParse(uri) ? new URL(uri) : undefined;
    const isOurs = url?.protocol === "proxmox:" && url.hash === "" && url.username === "" && url.port === "";
    const named = isOurs ? this.#kinds.find(({ host }) => host === url.hostname)?.open(url) : undefined;
    if (named) return named;
    throw new ToolError({
      code: "not_found",
      message: `There is no resource ${JSON.stringify(uri.slice(0, 200))}.`,
      next: `Resources are ${this.templates()
        .map(({ uriTemplate }) => uriTemplate)
        .join(", ")}.`,
    });
  }
}

/** The parts of a URI's path, decoded; undefined where one cannot be. */
export function pathOf({ pathname }: URL): readonly string[] | undefined {
  try {
    return pathname.split("/").slice(1).map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

/** The query's numbers by name. Throws ToolError for other names and for what is no whole number from `minimum` on. */
export function numbersOf(
  { searchParams }: URL,
  minimum: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const [name, text] of searchParams) {
    const least = minimum[name];
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (least !== undefined && value >= least) found[name] = value;
    else throw badQuery(name, minimum);
  }
  return found;
}

function badQuery(name: string, minimum: Readonly<Record<string, number>>): ToolError {
  const known = Object.entries(minimum).map(([key, least]) => `${key} (a whole number from ${least} on)`);
  const isKnown = Object.hasOwn(minimum, name);
  return new ToolError({
    code: "invalid_input",
    message: `${JSON.stringify(name.slice(0, 40))} ${isKnown ? "is not a whole number, or too small" : "is not a part of this address"}.`,
    next: known.length > 0 ? `It takes ${known.join(" and ")}.` : "Leave the query out.",
  });
}
