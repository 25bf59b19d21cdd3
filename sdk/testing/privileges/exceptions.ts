import { existsSync } from "node:fs";
import { PluginFault } from "../../plugin-files/fault.ts";
import { readJsonObject } from "../../plugin-files/json-file.ts";
import type { Probe } from "./least-run.ts";

/** Name of the file in a plugin's folder that says which privileges may be missing without a refusal, and why. */
export const EXCEPTIONS_FILE = "least-privilege.json";

/** Reasons by `tool: PRIVILEGE on /path/{object}`. */
export type Exceptions = Readonly<Record<string, string>>;

/** Reads a plugin's list; empty where there is no file. Throws a {@link PluginFault} for a damaged one. */
export function readExceptions(file: string): Exceptions {
  if (!existsSync(file)) return {};
  const { exceptions } = readJsonObject(file);
  if (!isExceptions(exceptions)) throw new PluginFault(`${file}: "exceptions" must hold reasons by name`);
  return exceptions;
}

/** What probes found that is no exception, and exceptions that are none any more where all probes ran. */
export function privilegeFaults(
  exceptions: Exceptions,
  probes: readonly Probe[],
  isComplete: boolean,
): readonly string[] {
  const nameOf = ({ tool, form }: Probe) => `${tool}: ${form}`;
  const wrong = probes.filter(({ fault }) => fault !== undefined);
  const found = wrong.filter((probe) => !Object.hasOwn(exceptions, nameOf(probe)));
  const used = new Set(wrong.map(nameOf));
  const stale = isComplete ? Object.keys(exceptions).filter((name) => !used.has(name)) : [];
  return [
    ...new Set(found.map((probe) => `${probe.tool}: without ${probe.fault}`)),
    ...stale.map((name) => `${name}: it is refused by now; take it off the list of exceptions`),
  ];
}

function isExceptions(value: unknown): value is Exceptions {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.values(value).every((reason) => typeof reason === "string" && reason.trim() !== "")
  );
}
