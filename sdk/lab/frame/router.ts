import type { Endpoint } from "../../../vendor/pve-docs/types.ts";

/** A place in the tree of paths. */
interface Place {
  readonly literals: Map<string, Place>;
  placeholder: { readonly name: string; readonly place: Place } | undefined;
  readonly methods: Map<string, Endpoint>;
}

/** An endpoint with the placeholders of its path. */
export interface Found {
  readonly endpoint: Endpoint;
  readonly pathParams: ReadonlyMap<string, string>;
}

/** Volume names and networks hold slashes: below these paths all that is left is one placeholder. */
const TAKES_REST: ReadonlySet<string> = new Set([
  "/nodes/{node}/storage/{storage}/content",
  "/cluster/firewall/ipset/{name}",
  "/nodes/{node}/qemu/{vmid}/firewall/ipset/{name}",
  "/nodes/{node}/lxc/{vmid}/firewall/ipset/{name}",
]);

/** Finds endpoints by decoded path, the way Proxmox VE does: empty parts are skipped. */
export class Router {
  readonly #root = place();
  readonly #rest = new Set<Place>();

  constructor(endpoints: readonly Endpoint[]) {
    for (const endpoint of endpoints) this.#add(endpoint);
  }

  find(method: string, path: string): Found | undefined {
    let at = this.#root;
    const pathParams = new Map<string, string>();
    const parts = splitPath(path);
    for (let index = 0; index < parts.length; index++) {
      const takesRest = this.#rest.has(at);
      const part = takesRest ? parts.slice(index).join("/") : (parts[index] ?? "");
      const literal = at.literals.get(part);
      if (literal !== undefined) {
        at = literal;
        continue;
      }
      if (at.placeholder === undefined || !/^\S+$/.test(part)) return undefined;
      pathParams.set(at.placeholder.name, part);
      at = at.placeholder.place;
      if (takesRest) break;
    }
    const endpoint = at.methods.get(method);
    return endpoint === undefined ? undefined : { endpoint, pathParams };
  }

  #add(endpoint: Endpoint): void {
    let at = this.#root;
    for (const part of splitPath(endpoint.path)) {
      const name = /^\{([^}:]+)/.exec(part)?.[1];
      if (name === undefined) {
        const next = at.literals.get(part) ?? place();
        at.literals.set(part, next);
        at = next;
      } else {
        at.placeholder ??= { name, place: place() };
        at = at.placeholder.place;
      }
    }
    at.methods.set(endpoint.method, endpoint);
    if (TAKES_REST.has(endpoint.path)) this.#rest.add(at);
  }
}

function place(): Place {
  return { literals: new Map(), placeholder: undefined, methods: new Map() };
}

function splitPath(path: string): readonly string[] {
  return path.split("/").filter((part) => part !== "");
}
