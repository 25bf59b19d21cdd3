import { uncheckedFormats } from "../../vendor/pve-docs/formats/unchecked.ts";
import {
  type ApiRisk,
  type Catalog,
  type Endpoint,
  keyOf,
  loadCatalog,
} from "../../vendor/pve-docs/index.ts";
import { PARAM_RISKS } from "../../vendor/pve-docs/risk-params.ts";
import { ENDPOINT_RISKS } from "../../vendor/pve-docs/risk-table.ts";
import { ROOT_ONLY, type RootOnlyRule } from "../../vendor/pve-docs/root-only.ts";
import { apiAreas, keysOf } from "./areas.ts";
import { code, codes, prose, table } from "./markdown.ts";
import { header, type Page } from "./page.ts";
import { newestFirst, perRelease } from "./releases.ts";

const RISKS: readonly ApiRisk[] = ["read", "write", "destructive", "escape"];

function list(keys: readonly string[]): string {
  return keys.length === 0 ? "None.\n" : `${keys.map((key) => `- ${code(key)}`).join("\n")}\n`;
}

function sizes(): string {
  const releases = newestFirst();
  const areas = apiAreas();
  const rows = areas.map((area) => [
    code(area.name),
    ...releases.map((release) => String(keysOf(area, release).length)),
  ]);
  const totals = releases.map((release) => String(loadCatalog(release).endpoints.length));
  return table(["Area", ...releases], [...rows, ["all", ...totals]]);
}

function without(catalog: Catalog, other: Catalog): readonly string[] {
  return catalog.endpoints.map(keyOf).filter((key) => other.endpoint(key) === undefined);
}

function parameterChanges(newer: Catalog, older: Catalog): string {
  const rows = newer.endpoints.flatMap((endpoint) => {
    const before = older.endpoint(keyOf(endpoint));
    if (before === undefined) return [];
    const added = Object.keys(endpoint.parameters).filter((name) => !Object.hasOwn(before.parameters, name));
    const gone = Object.keys(before.parameters).filter((name) => !Object.hasOwn(endpoint.parameters, name));
    return added.length + gone.length === 0 ? [] : [[code(keyOf(endpoint)), codes(added), codes(gone)]];
  });
  return table(["Endpoint", `New in ${newer.release}`, `Gone since ${older.release}`], rows);
}

function differences(): string {
  const all = newestFirst();
  return all
    .slice(0, -1)
    .map((release, at) => {
      const newer = loadCatalog(release);
      const older = loadCatalog(all[at + 1]);
      return [
        `\n## From ${older.release} to ${newer.release}\n`,
        `### New endpoints\n\n${list(without(newer, older))}`,
        `### Endpoints that are gone\n\n${list(without(older, newer))}`,
        `### Parameters\n\n${parameterChanges(newer, older)}`,
      ].join("\n");
    })
    .join("");
}

function riskCounts(): string {
  const releases = newestFirst();
  const rows = RISKS.map((risk) => [
    risk,
    ...releases.map((release) => {
      const catalog = loadCatalog(release);
      return String(catalog.endpoints.filter((endpoint) => catalog.risk(endpoint) === risk).length);
    }),
  ]);
  return table(["Risk", ...releases], rows);
}

function risks(): string {
  const ranked = <T extends { readonly risk: ApiRisk }>(rules: readonly T[]): readonly T[] =>
    rules.toSorted((a, b) => RISKS.indexOf(a.risk) - RISKS.indexOf(b.risk));
  const endpoints = ranked(ENDPOINT_RISKS).map(({ risk, endpoints: keys, because }) => [
    keys.map(code).join("<br>"),
    risk,
    prose(because),
  ]);
  const params = ranked(PARAM_RISKS).map(({ risk, endpoints: keys, withholds, because }) => [
    keys.map(code).join("<br>"),
    risk,
    prose(because),
    codes(withholds),
  ]);
  return [
    "\n## Risks\n\nGET reads, DELETE is destructive, other methods write, unless the tables say otherwise.\n",
    riskCounts(),
    `### Endpoints that are not what their method says\n\n${table(["Endpoints", "Risk", "Why"], endpoints)}`,
    "### Parameters that raise the risk of a call\n",
    "Tools below that risk do not have the inputs that only serve it.\n",
    table(["Endpoints", "Risk", "Why", "Inputs left out"], params),
  ].join("\n");
}

/** Names of an endpoint's parameters that a rule is about. */
function ruledNames(endpoint: Endpoint, { params }: RootOnlyRule): readonly string[] {
  return Object.keys(endpoint.parameters).filter((name) => params.test(name.replace("[n]", "0")));
}

function rootOnlyRow(rule: RootOnlyRule): readonly string[] {
  const found = rule.endpoints.flatMap((key) =>
    newestFirst().flatMap((release) => loadCatalog(release).endpoint(key) ?? []),
  );
  const names = [...new Set(found.flatMap((endpoint) => ruledNames(endpoint, rule)))].sort();
  const values = rule.when === undefined || rule.always === true ? "any" : "some";
  return [rule.endpoints.map(code).join("<br>"), codes(names), values, prose(rule.message.replace("$", "…"))];
}

function rootOnly(): string {
  const alone = (release: string) => {
    const catalog = loadCatalog(release);
    return catalog.endpoints.filter((endpoint) => catalog.privileges(endpoint).who === "root").map(keyOf);
  };
  const keys = [...new Set(newestFirst().flatMap(alone))].sort();
  const rows = keys.map((key) => [
    code(key),
    newestFirst()
      .filter((release) => alone(release).includes(key))
      .join(", "),
  ]);
  return [
    "\n## What is open to root@pam alone\n",
    "An API token does not get there, not even one of root@pam's own.\n",
    `### Endpoints\n\n${table(["Endpoint", "In"], rows)}`,
    `### Options\n\n${table(["Endpoints", "Options", "Values", "Proxmox VE says"], ROOT_ONLY.map(rootOnlyRow))}`,
  ].join("\n");
}

function noTokens(): string {
  const text = perRelease((release) =>
    codes(
      loadCatalog(release)
        .endpoints.filter(({ allowtoken }) => allowtoken === false)
        .map(keyOf),
    ),
  );
  return `\n## What takes no API token\n\n${text}\n`;
}

function unchecked(): string {
  const text = perRelease((release) => codes(uncheckedFormats(release)));
  return [
    "\n## Formats that are accepted unchecked\n",
    "Values of other named formats are checked before a call. These go to Proxmox VE as they are, which judges them.\n",
    `${text}\n`,
  ].join("\n");
}

/** `docs/reference/api.md`. */
export const apiPage: Page = {
  file: "docs/reference/api.md",
  render: () =>
    [
      header("The API of Proxmox VE, as known here", "vendor/pve-docs"),
      "Endpoints by area and version; which tool reaches which is in [Coverage](coverage.md).\n\n",
      sizes(),
      differences(),
      risks(),
      rootOnly(),
      noTokens(),
      unchecked(),
    ].join(""),
};
