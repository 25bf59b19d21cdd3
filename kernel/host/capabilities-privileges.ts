import { ToolError } from "../../sdk/errors.ts";
import type { CallAnswer } from "../call/types.ts";
import type { Held } from "../privileges/held.ts";
import { ownPermissions } from "../privileges/own-permissions.ts";
import { privilegeLines, privilegeReport } from "../privileges/report.ts";
import type { ClusterAccess } from "../tokens.ts";
import type { ReportedCluster } from "./capabilities.ts";
import type { HostedTool, ToolHost } from "./types.ts";

/** Which tools are asked about; those that are shown where neither is given. */
export interface PrivilegesOf {
  readonly plugin?: string | undefined;
  readonly tool?: string | undefined;
}

/** What tools take on each cluster, and what the signed-in account lacks for them. Throws `not_found`. */
export async function privilegesAnswer(
  of: PrivilegesOf,
  host: ToolHost,
  clusters: readonly { readonly access: ClusterAccess; readonly reported: ReportedCluster }[],
  signal: AbortSignal,
): Promise<CallAnswer> {
  const tools = toolsOf(of, host);
  const reports = await Promise.all(
    clusters.map(async ({ access, reported: { name, fault } }) => {
      const held = fault === undefined ? await heldOn(access, signal) : undefined;
      return { cluster: name, ...privilegeReport(tools, await access.catalog(), held) };
    }),
  );
  const text = reports.map((report) => privilegeLines(report, report.cluster).join("\n")).join("\n\n");
  return { text: text || "No cluster is configured.", isError: false, data: { privileges: reports } };
}

function toolsOf({ plugin, tool }: PrivilegesOf, host: ToolHost): readonly HostedTool[] {
  const found =
    tool === undefined
      ? host.listed().filter((one) => plugin === undefined || one.plugin === plugin)
      : [host.find(tool)].filter((one) => one !== undefined);
  if (found.length > 0) return found;
  throw new ToolError({
    code: "not_found",
    message: `There is no ${tool === undefined ? "shown tool" : `tool ${JSON.stringify(tool)}`}${plugin === undefined ? "" : ` of a plugin ${JSON.stringify(plugin)}`}.`,
    next: "Call proxmox_capabilities without input for everything there is.",
  });
}

/** Undefined where the cluster does not tell; the report then says so. */
async function heldOn(access: ClusterAccess, signal: AbortSignal): Promise<Held | undefined> {
  try {
    return await ownPermissions(access, { fresh: true, signal });
  } catch {
    return undefined;
  }
}
