import { compareReleases } from "../releases.ts";
import { keyOf } from "../risk.ts";
import type { CallParams, Endpoint, PrivilegeNeed } from "../types.ts";
import { splitList } from "../wire.ts";
import { ACCESS_CHECKS } from "./access.ts";
import { BACKUP_CHECKS } from "./backup.ts";
import { CLUSTER_CHECKS } from "./cluster.ts";
import { DISK_CHECKS } from "./disks.ts";
import { LXC_CHECKS } from "./lxc.ts";
import { QEMU_CHECKS } from "./qemu.ts";
import { SDN_CHECKS } from "./sdn.ts";
import { STORAGE_CHECKS } from "./storage.ts";
import type { CheckedEndpoints, CodeCheck, PathValues } from "./types.ts";

/** Everything that was read from Proxmox's code. */
export const CODE_CHECKS: readonly CheckedEndpoints[] = [
  ...QEMU_CHECKS,
  ...LXC_CHECKS,
  ...STORAGE_CHECKS,
  ...DISK_CHECKS,
  ...BACKUP_CHECKS,
  ...ACCESS_CHECKS,
  ...CLUSTER_CHECKS,
  ...SDN_CHECKS,
];

const byEndpoint = new Map<string, CheckedEndpoints>();
for (const entry of CODE_CHECKS) {
  for (const key of entry.endpoints) {
    if (byEndpoint.has(key)) throw new Error(`${key} is twice in the table of code checks`);
    byEndpoint.set(key, entry);
  }
}

/** True where the code was read, whether or not it checks more than is declared. */
export function isRead(key: string): boolean {
  return byEndpoint.has(key);
}

function applies({ since, before }: CodeCheck, release: string): boolean {
  if (since !== undefined && compareReleases(release, since) < 0) return false;
  return before === undefined || compareReleases(release, before) < 0;
}

function fill(template: string, values: CallParams): string {
  return template.replace(/\{([^}]+)\}/g, (placeholder, name: string) => {
    const value = values[name];
    return typeof value === "string" || typeof value === "number" ? String(value) : placeholder;
  });
}

function textOf(value: unknown): string {
  return Array.isArray(value) ? value.join(",") : String(value);
}

/** How many parameters a condition names before it only counts them. */
const NAMED = 4;

function withParams({ params, condition }: CodeCheck): string | undefined {
  if (params === undefined) return condition;
  const named = params.slice(0, params.length > NAMED + 1 ? NAMED : params.length).join(", ");
  const more = params.length > NAMED + 1 ? ` and ${params.length - NAMED} more` : "";
  return `with ${named}${more}${condition === undefined ? "" : `: ${condition}`}`;
}

function need(
  check: CodeCheck,
  values: CallParams,
  { condition, maybe }: { condition: string | undefined; maybe: boolean },
): PrivilegeNeed {
  const orOn = check.orOn === undefined ? undefined : fill(check.orOn, values);
  return {
    path: fill(check.path, values),
    privileges: check.privileges,
    ...(check.any === true ? { any: true } : {}),
    ...(orOn === undefined ? {} : { orOn }),
    ...(condition === undefined ? {} : { condition }),
    ...(check.hides === true ? { hides: true } : {}),
    ...(maybe ? { maybe: true } : {}),
  };
}

/** What some call may take. */
function anyNeed(check: CodeCheck): PrivilegeNeed {
  // A decision over the whole call that says nothing only sets another way apart, which has a need of its own.
  const depends = check.params !== undefined || (check.when !== undefined && check.condition !== undefined);
  const maybe = check.maybe === true || depends;
  return need(check, {}, { condition: withParams(check), maybe });
}

function nameMatches(name: string, params: readonly string[]): boolean {
  return params.includes(name) || params.includes(name.replace(/\d+$/, "[n]"));
}

/** The values that a call's parameters give to a check's path; none where the call does not lead to it. */
function valuesOf({ params, from }: CodeCheck, call: CallParams): readonly PathValues[] {
  if (params === undefined) return [{}];
  const given = Object.entries(call).filter(
    ([name, value]) => value !== undefined && value !== null && nameMatches(name, params),
  );
  const found = given.flatMap(([, value]) => (from === undefined ? [{}] : from(textOf(value), call)));
  if (found.length > 0 || from !== undefined) return found;
  // Removing an option takes what setting it takes, as long as that does not hang on its value.
  const removed = splitList(textOf(call.delete ?? ""));
  return removed.some((name) => nameMatches(name, params)) ? [{}] : [];
}

function needsOf(check: CodeCheck, call: CallParams): readonly PrivilegeNeed[] {
  if (check.when?.(call) === false) return [];
  return valuesOf(check, call).map((values) => {
    const { condition, maybe } = check;
    const made = need(check, { ...call, ...values }, { condition, maybe: maybe === true });
    // The other path is a way only for a call that names it.
    if (made.orOn?.includes("{") !== true) return made;
    const { orOn: _unnamed, ...rest } = made;
    return rest;
  });
}

/**
 * What Proxmox's code of a release checks for a call beyond what the endpoint declares; all of it must
 * hold. Without parameters everything that any call may lead to, each with the parameters it hangs on.
 * Parameters that root alone may set are in {@link Catalog.rootOnly}.
 */
export function codeChecks(
  endpoint: Endpoint,
  params: CallParams | undefined,
  release: string,
): readonly PrivilegeNeed[] {
  const checks = byEndpoint.get(keyOf(endpoint))?.checks ?? [];
  const present = checks.filter((check) => applies(check, release) && hasParams(check, endpoint));
  const found = present.flatMap((check) =>
    params === undefined ? [anyNeed(check)] : needsOf(check, params),
  );
  return [...new Map(found.map((one) => [JSON.stringify(one), one])).values()];
}

/** False for checks that hang on parameters which this release of the endpoint does not have. */
function hasParams({ params }: CodeCheck, endpoint: Endpoint): boolean {
  return (
    params === undefined ||
    params.some(
      (name) =>
        Object.hasOwn(endpoint.parameters, name) ||
        Object.hasOwn(endpoint.parameters, name.replace("0", "[n]")),
    )
  );
}
