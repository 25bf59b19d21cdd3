import { type ParamValue, rest } from "../../sdk/steps.ts";
import { paramSchema } from "../../vendor/pve-docs/index.ts";
import { isPlainObject } from "../call/json-schema.ts";
import { isOn, listOf, pathNames, pick } from "../readback/families/context.ts";
import type { Values } from "../readback/types.ts";
import type { Inverse, InverseRule } from "./types.ts";

/** Say how to change, not what. */
const CONTROL: ReadonlySet<string> = new Set([
  ...[
    "append",
    "background_delay",
    "delete",
    "digest",
    "force",
    "import-working-storage",
    "moveto",
    "revert",
  ],
  ...["skiplock"],
]);
const SECRET = /password|secret|^keys$|^(?:encryption-key|keyring|master-pubkey|token)$/;
const HIDDEN = /^\*{4,}\s*$/;
const DRIVE = /^(?:ide|sata|scsi|virtio|efidisk|tpmstate|mp)\d+$|^rootfs$/;

/** Objects that a GET on the path of the change answers, without a digest of their own. */
const WITHOUT_DIGEST =
  /^\/access\/(?:users\/\{userid\}(?:\/token\/\{tokenid\})?|groups\/\{groupid\})$|^\/cluster\/(?:options|backup\/\{id\})$/;

/** True for a change of fields that are put back to what they were, once that was read. */
export function isFieldChange({ method, path }: { readonly method: string; readonly path: string }): boolean {
  return method === "PUT" && WITHOUT_DIGEST.test(path);
}

/** Fields of an object that a change sets or takes away: set to what they were, or taken away again. */
export const putBack: InverseRule = ({ planned, params, before }) => {
  const { step, endpoint, config, risk } = planned;
  const isConfig = config !== undefined && (step.method === "PUT" || /\/config$/.test(step.path));
  if (risk !== "write" || !(isConfig || isFieldChange(step)) || !isPlainObject(before)) return undefined;
  if (params.moveto !== undefined) return undefined;
  const inPath = pathNames(step.path);
  const names = Object.keys(params).filter((name) => !CONTROL.has(name) && !inPath.includes(name));
  const touched = [...new Set([...names, ...listOf(params.delete)])];
  const plan = { set: new Map<string, ParamValue>(), gone: [] as string[], lost: [] as string[] };
  const hasDelete = endpoint.parameters.delete !== undefined;
  for (const name of touched)
    takeBack(name, { before, params, plan, hasDelete, type: paramSchema(endpoint, name)?.type });
  return inverse(step.path, { ...pick(params, inPath) }, plan);
};

interface Draft {
  readonly set: Map<string, ParamValue>;
  readonly gone: string[];
  readonly lost: string[];
}

interface Taking {
  readonly before: Values;
  readonly params: Values;
  readonly plan: Draft;
  readonly hasDelete: boolean;
  readonly type: string | undefined;
}

function takeBack(name: string, { before, params, plan, hasDelete, type }: Taking): void {
  const was = before[name];
  if (SECRET.test(name) || HIDDEN.test(String(was))) {
    plan.lost.push(`what ${name} was is a secret that cannot be read`);
    return;
  }
  if (was !== undefined && was !== null) {
    const value = asParam(name === "sshkeys" ? decoded(String(was)) : was);
    if (value === undefined) plan.lost.push(`${name} is of a form that cannot be set`);
    else if (String(value) !== String(params[name])) plan.set.set(name, value);
    return;
  }
  if (params[name] === undefined) return;
  if (DRIVE.test(name)) plan.lost.push(`a volume made for ${name} stays as an unused one`);
  if (hasDelete) plan.gone.push(name);
  else if (type === "string") plan.set.set(name, "");
  else if (isOn(params[name])) plan.set.set(name, 0);
}

/** SSH keys are answered percent-encoded, and sent as they are. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A value as it is answered, as a parameter: lists and properties as one text. */
function asParam(value: unknown): ParamValue | undefined {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.every(isText) ? value : undefined;
  if (!isPlainObject(value)) return undefined;
  const parts = Object.entries(value);
  if (!parts.every(([, part]) => isText(part))) return undefined;
  return parts.map(([name, part]) => `${name}=${String(part)}`).join(",");
}

function isText(value: unknown): value is string | number {
  return typeof value === "string" || typeof value === "number";
}

function inverse(path: string, place: Values, { set, gone, lost }: Draft): Inverse {
  const puts = [...set.keys(), ...gone];
  if (puts.length === 0) return { steps: [], puts, lost };
  const params = {
    ...textsOf(place),
    ...Object.fromEntries(set),
    ...(gone.length > 0 ? { delete: gone.join(",") } : {}),
  };
  const note = `Puts back ${puts.join(", ")}`;
  return { steps: [rest.put(path, params, { note })], puts, lost };
}

/** Parameters that stand in a path: names and numbers. */
export function textsOf(place: Values): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(place).filter((entry): entry is [string, string | number] => isText(entry[1])),
  );
}
