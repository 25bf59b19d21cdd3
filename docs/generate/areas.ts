import type { Endpoint } from "../../vendor/pve-docs/index.ts";
import { loadCatalog } from "../../vendor/pve-docs/index.ts";
import { newestFirst } from "./releases.ts";

/** An area of its own has at least so many endpoints in some release. */
const WORTH_AN_AREA = 4;

/** `/nodes/{node}/qemu`: where a path belongs if its area is large enough, and else. */
function placesOf(path: string): readonly [fine: string, coarse: string] {
  const parts = path.split("/").slice(1);
  const depth = parts[0] === "nodes" ? 3 : parts[0] === "cluster" ? 2 : 1;
  const coarse = parts[0] === "nodes" ? "/nodes" : `/${parts[0] ?? ""}`;
  return [`/${parts.slice(0, depth).join("/")}`, coarse];
}

/** One path of the API in all known releases. */
export interface ApiPath {
  readonly path: string;
  /** Endpoints by method, then by release. */
  readonly methods: ReadonlyMap<string, ReadonlyMap<string, Endpoint>>;
}

/** Paths that belong together, in order. */
export interface Area {
  readonly name: string;
  readonly paths: readonly ApiPath[];
}

function allPaths(): readonly ApiPath[] {
  const paths = new Map<string, Map<string, Map<string, Endpoint>>>();
  for (const release of newestFirst()) {
    for (const endpoint of loadCatalog(release).endpoints) {
      const methods = paths.get(endpoint.path) ?? new Map<string, Map<string, Endpoint>>();
      const releases = methods.get(endpoint.method) ?? new Map<string, Endpoint>();
      paths.set(endpoint.path, methods.set(endpoint.method, releases.set(release, endpoint)));
    }
  }
  return [...paths].map(([path, methods]) => ({ path, methods })).sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The whole API by area, every path once; small areas are part of the one above. */
export function apiAreas(): readonly Area[] {
  const paths = allPaths();
  const sizes = new Map<string, number>();
  for (const { path, methods } of paths) {
    const [fine] = placesOf(path);
    sizes.set(fine, (sizes.get(fine) ?? 0) + methods.size);
  }
  const areas = new Map<string, ApiPath[]>();
  for (const one of paths) {
    const [fine, coarse] = placesOf(one.path);
    const name = (sizes.get(fine) ?? 0) >= WORTH_AN_AREA ? fine : coarse;
    areas.set(name, [...(areas.get(name) ?? []), one]);
  }
  return [...areas]
    .map(([name, those]) => ({ name, paths: those }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** `GET /a`, … of an area in a release. */
export function keysOf({ paths }: Area, release: string): readonly string[] {
  return paths.flatMap(({ path, methods }) =>
    [...methods].flatMap(([method, releases]) => (releases.has(release) ? [`${method} ${path}`] : [])),
  );
}
