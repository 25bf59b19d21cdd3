import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../package-root.ts";
import { createExpander, expandEndpoint } from "./compact.ts";
import type { CompactFacts } from "./facts.ts";
import { createMatcher, isApiMethod } from "./match.ts";
import { checkParams, checkWireParams, encodeParams } from "./parameters.ts";
import { privilegesOf } from "./privileges.ts";
import { compareReleases } from "./releases.ts";
import { riskOf } from "./risk.ts";
import { rootOnlyParams } from "./root-only.ts";
import type { Catalog, Endpoint, PathMatch } from "./types.ts";

export { compareReleases };

const catalogs = new Map<string, Catalog>();
let known: readonly string[] | undefined;

/** Folder of the stored facts. */
export function dataFolder(): string {
  return join(packageRoot(), "vendor", "pve-docs", "data");
}

/** Releases whose API is known, oldest first. */
export function releases(): readonly string[] {
  known ??= readdirSync(dataFolder())
    .flatMap((file) => /^api-(\d+\.\d+)\.json$/.exec(file)?.[1] ?? [])
    .sort(compareReleases);
  return known;
}

/** The newest known release. */
export function newestRelease(): string {
  const newest = releases().at(-1);
  if (newest === undefined) throw new Error(`No API data in ${dataFolder()}`);
  return newest;
}

/** The catalog of stored facts; endpoints are expanded when first asked for. */
export function createCatalog(facts: CompactFacts): Catalog {
  const expand = createExpander(facts);
  const stored = new Map(facts.endpoints.map((entry) => [`${entry[1]} ${entry[0]}`, entry]));
  const expanded = new Map<string, Endpoint>();
  let all: readonly Endpoint[] | undefined;
  let matcher: ReturnType<typeof createMatcher> | undefined;

  function endpoint(key: string): Endpoint | undefined {
    const known = expanded.get(key);
    if (known !== undefined) return known;
    const entry = stored.get(key);
    if (entry === undefined) return undefined;
    const made = expandEndpoint(entry, expand);
    expanded.set(key, made);
    return made;
  }
  function matchPath(path: string): ReturnType<ReturnType<typeof createMatcher>> {
    matcher ??= createMatcher(facts.endpoints.map(([template]) => template));
    return matcher(path);
  }

  return {
    release: facts.release,
    get endpoints() {
      all ??= [...stored.keys()].flatMap((key) => endpoint(key) ?? []);
      return all;
    },
    endpoint,
    match(method, path): PathMatch | undefined {
      const found = isApiMethod(method) ? matchPath(path) : undefined;
      if (found === undefined) return undefined;
      const matched = endpoint(`${method} ${found.template}`);
      return matched === undefined ? undefined : { endpoint: matched, pathParams: found.values };
    },
    hasPath: (path) => matchPath(path) !== undefined,
    check: checkParams,
    checkWire: (endpoint, params) => checkWireParams(endpoint, params, facts.release),
    encode: encodeParams,
    risk: riskOf,
    rootOnly: rootOnlyParams,
    privileges: (endpoint, params) => privilegesOf(endpoint, params, facts.release),
  };
}

/**
 * The API of a known release, the newest by default; loaded once.
 * Throws for a release that is not in {@link releases}.
 */
export function loadCatalog(release: string = newestRelease()): Catalog {
  let catalog = catalogs.get(release);
  if (catalog === undefined) {
    if (!releases().includes(release)) {
      throw new Error(`No API data for release ${release}; there is ${releases().join(", ")}`);
    }
    // Our own build step wrote this file.
    const facts: CompactFacts = JSON.parse(readFileSync(join(dataFolder(), `api-${release}.json`), "utf8"));
    catalog = createCatalog(facts);
    catalogs.set(release, catalog);
  }
  return catalog;
}

/**
 * The release that fits a connected version best: of the same major version the
 * highest that is not newer, else its lowest; the newest of all for an unknown major version.
 */
export function releaseFor(version: string): string {
  const release = /^(\d+)\.(\d+)/.exec(version)?.[0];
  if (release === undefined) return newestRelease();
  const sameMajor = releases().filter((one) => one.split(".")[0] === release.split(".")[0]);
  const notNewer = sameMajor.filter((one) => compareReleases(one, release) <= 0);
  return notNewer.at(-1) ?? sameMajor[0] ?? newestRelease();
}

const fitting = new Map<string, Catalog>();

/** The catalog of {@link releaseFor}. */
export function catalogFor(version: string): Catalog {
  let catalog = fitting.get(version);
  if (catalog === undefined) {
    catalog = loadCatalog(releaseFor(version));
    fitting.set(version, catalog);
  }
  return catalog;
}

/**
 * The oldest known release with this endpoint, or with this parameter of it
 * (`net[n]` or `net0`); undefined where none has it.
 */
export function sinceRelease(key: string, param?: string): string | undefined {
  const family = param?.replace(/\d+$/, "[n]");
  return releases().find((release) => {
    const endpoint = loadCatalog(release).endpoint(key);
    if (endpoint === undefined) return false;
    if (param === undefined || family === undefined) return true;
    return Object.hasOwn(endpoint.parameters, param) || Object.hasOwn(endpoint.parameters, family);
  });
}
