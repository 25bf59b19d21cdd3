import { paramError } from "../errors.ts";
import { assertUnchanged } from "../sections.ts";
import type { LabCore, LabRequest } from "../types.ts";
import { normalCidr } from "./addresses.ts";
import { type Level, locked } from "./level.ts";
import { type Fields, keptComment, listDigest, withDigest } from "./state.ts";
import type { FwAlias, FwConfig } from "./types.ts";

/** Aliases of a level. (pve-firewall, src/PVE/API2/Firewall/Aliases.pm) */
export function registerAliases(lab: LabCore, level: Level): void {
  const path = `${level.path}/aliases`;
  lab.route(`GET ${path}`, (request) => withDigest(sorted(level.file(request))));
  lab.route(`GET ${path}/{name}`, (request) => aliasOf(level.file(request), request));
  lab.route(`POST ${path}`, (request) =>
    locked(level, request, () => {
      const { aliases } = level.file(request);
      const name = request.params.need("name");
      if (aliases.has(name.toLowerCase())) throw exists(name);
      aliases.set(name.toLowerCase(), given(request, name));
      return null;
    }),
  );
  lab.route(`PUT ${path}/{name}`, (request) =>
    locked(level, request, () => update(level.file(request), request)),
  );
  lab.route(`DELETE ${path}/{name}`, (request) =>
    locked(level, request, () => {
      const file = level.file(request);
      assertUnchanged(listDigest(sorted(file)), request.params.text("digest"));
      file.aliases.delete(request.params.need("name").toLowerCase());
      return null;
    }),
  );
}

function sorted({ aliases }: FwConfig): Fields[] {
  return [...aliases].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, alias]) => ({ ...alias }));
}

function aliasOf({ aliases }: FwConfig, { params }: LabRequest): FwAlias {
  const alias = aliases.get(params.need("name").toLowerCase());
  if (alias === undefined) throw paramError({ name: "no such alias" });
  return alias;
}

function update(file: FwConfig, request: LabRequest): null {
  const { params } = request;
  assertUnchanged(listDigest(sorted(file)), params.text("digest"));
  aliasOf(file, request);
  const name = params.need("name");
  const renamed = params.text("rename");
  const isRenamed = renamed !== undefined && renamed.toLowerCase() !== name.toLowerCase();
  if (isRenamed && file.aliases.has(renamed.toLowerCase())) throw exists(renamed);
  if (isRenamed) file.aliases.delete(name.toLowerCase());
  const kept = isRenamed ? renamed : name;
  file.aliases.set(kept.toLowerCase(), given(request, kept));
  return null;
}

function given({ params }: LabRequest, name: string): FwAlias {
  const text = params.need("cidr");
  const { cidr, version } = normalCidr(text) ?? { cidr: text, version: 4 };
  const comment = keptComment(params.text("comment"));
  return { name, cidr, ipversion: version, ...(comment === undefined ? {} : { comment }) };
}

function exists(name: string): Error {
  return paramError({ name: `alias '${name}' already exists` });
}
