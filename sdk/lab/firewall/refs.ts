import { sdnIpsets } from "../sdn/ipsets.ts";
import type { LabCore, LabRequest } from "../types.ts";
import { CLUSTER, type Level } from "./level.ts";
import type { FwConfig } from "./types.ts";

/** What rules of a level may refer to. (pve-firewall, src/PVE/Firewall/Helpers.pm: collect_refs) */
export function registerRefs(lab: LabCore, level: Level): void {
  lab.route(`GET ${level.path}/refs`, (request) => {
    const type = request.params.text("type");
    const cluster = refs(request, CLUSTER.file(request), type, "dc");
    const sdn = type === "alias" ? [] : sdnRefs(request);
    if (level.env === "cluster") return [...sdn, ...cluster];
    return [...cluster, ...sdn, ...refs(request, level.file(request), type, "guest")];
  });
}

type Ref = Readonly<Record<"type" | "name" | "ref", string> & Partial<Record<"scope" | "comment", string>>>;

/** Since 8 they say where they are. */
function scoped({ lab }: LabRequest, scope: string): { scope?: string } {
  return lab.release.major >= 8 ? { scope } : {};
}

function refs(request: LabRequest, file: FwConfig, type: string | undefined, scope: string): Ref[] {
  const commented = (comment: string | undefined): { comment?: string } =>
    comment === undefined ? {} : { comment };
  const sets = [...file.ipsets].map(([name, { comment }]) => ({
    ...{ type: "ipset", name, ref: `+${name}` },
    ...scoped(request, scope),
    ...commented(comment),
  }));
  const aliases = [...file.aliases].map(([name, { comment }]) => ({
    ...{ type: "alias", name, ref: name },
    ...scoped(request, scope),
    ...commented(comment),
  }));
  return [...(type === "alias" ? [] : sets), ...(type === "ipset" ? [] : aliases)];
}

function sdnRefs(request: LabRequest): Ref[] {
  return sdnIpsets(request, true).map((name) => ({
    ...{ type: "ipset", name, ref: `+${name}` },
    ...scoped(request, "sdn"),
  }));
}
