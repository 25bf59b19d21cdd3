import type { CallAnswer, CallContext } from "../call/types.ts";
import type { Settings } from "../settings/types.ts";
import type { ClusterAccess, Clusters } from "../tokens.ts";
import { type PrivilegesOf, privilegesAnswer } from "./capabilities-privileges.ts";
import { CAPABILITIES_RESULT } from "./capabilities-result.ts";
import { capabilitiesText, toolText } from "./capabilities-text.ts";
import type { HostedTool, ServingTool, ToolHost } from "./types.ts";

/** Name of the tool that says what there is. */
export const CAPABILITIES_TOOL = "proxmox_capabilities";

/** How long the answer waits for a cluster whose version is not known yet. */
const VERSION_TIMEOUT_MS = 3_000;

/** What the tool reports on. */
export interface CapabilitiesParts {
  readonly host: ToolHost;
  readonly settings: Settings;
  readonly clusters: Pick<Clusters, "all">;
  /** Version of this server. */
  readonly version: string;
}

/** A cluster as reported: its version, or why that is not known. */
export interface ReportedCluster {
  readonly name: string;
  readonly version?: string;
  readonly fault?: string;
}

/** A plugin as reported. */
export interface ReportedPlugin {
  readonly id: string;
  readonly title: string;
  readonly origin: "builtin" | "private";
  readonly grants: readonly string[];
  readonly state: "loaded" | "skipped" | "not selected";
  readonly fault?: string;
  readonly shown: number;
  readonly hidden: number;
}

/** A rule of the policy as reported. */
export interface ReportedRule {
  readonly number: number;
  readonly shadow: boolean;
  readonly text: string;
}

/** Everything that the report says. */
export interface Capabilities {
  readonly version: string;
  readonly access: string;
  readonly confirm: string;
  /** What no destructive change touches, as the operator wrote it. */
  readonly protect: readonly string[];
  /** The rules in force and in shadow, in their order. */
  readonly policy: readonly ReportedRule[];
  readonly minValidation: string;
  readonly client: { readonly name: string; readonly version: string; readonly canAskHuman: boolean };
  readonly clusters: readonly ReportedCluster[];
  readonly plugins: readonly ReportedPlugin[];
  readonly tools: readonly HostedTool[];
}

/** The kernel tool `proxmox_capabilities`. */
export function capabilitiesTool(parts: CapabilitiesParts): ServingTool {
  return {
    name: CAPABILITIES_TOOL,
    title: "What this server can do",
    describe:
      "Versions, clusters, access, plugins, tools and their validation; why a tool is hidden; privileges on request.",
    risk: "read",
    inputSchema: {
      type: "object",
      additionalProperties: false,
      properties: {
        plugin: { type: "string" },
        tool: { type: "string" },
        privileges: {
          type: "boolean",
          description:
            "Instead: privileges the shown tools need on which ACL paths, and those the account lacks",
        },
      },
    },
    result: CAPABILITIES_RESULT,
    async run(input, context) {
      await parts.host.ready();
      const tool = typeof input.tool === "string" ? input.tool : undefined;
      const plugin = typeof input.plugin === "string" ? input.plugin : undefined;
      if (input.privileges === true) return await privileges({ tool, plugin }, parts, context.signal);
      if (tool !== undefined) return toolText(tool, parts.host);
      return capabilitiesText(await reportOf(parts, context, plugin), plugin);
    },
  };
}

async function privileges(
  of: PrivilegesOf,
  { host, clusters }: CapabilitiesParts,
  signal: AbortSignal,
): Promise<CallAnswer> {
  const asked = clusters.all.map(async (access) => ({
    access,
    reported: await reportCluster(access, signal),
  }));
  return await privilegesAnswer(of, host, await Promise.all(asked), signal);
}

async function reportOf(
  { host, settings, clusters, version }: CapabilitiesParts,
  context: CallContext,
  only: string | undefined,
): Promise<Capabilities> {
  const reported = await Promise.all(clusters.all.map((cluster) => reportCluster(cluster, context.signal)));
  const plugins = host.plugins().filter(({ id }) => only === undefined || id === only);
  return {
    version,
    access: settings.access,
    confirm: settings.confirm,
    protect: settings.protect.map(({ text }) => text),
    policy: settings.policy.map(({ number, shadow, text }) => ({ number, shadow, text })),
    minValidation: settings.plugins.minValidation,
    client: { ...context.client, canAskHuman: context.ask !== undefined },
    clusters: reported,
    plugins: plugins.map(({ id, title, origin, grants, selected, fault, tools }) => {
      const hidden = tools.filter((tool) => tool.hidden !== undefined).length;
      return {
        id,
        title,
        origin,
        grants,
        state: fault === undefined ? (selected ? "loaded" : "not selected") : "skipped",
        ...(fault === undefined ? {} : { fault }),
        shown: tools.length - hidden,
        hidden,
      };
    }),
    tools: plugins.flatMap(({ tools }) => tools),
  };
}

async function reportCluster(cluster: ClusterAccess, signal: AbortSignal): Promise<ReportedCluster> {
  const { name } = cluster;
  let timer: NodeJS.Timeout | undefined;
  let stop = (): void => undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Error(`no answer within ${VERSION_TIMEOUT_MS / 1000} s`)),
      VERSION_TIMEOUT_MS,
    );
    stop = () => reject(new Error("cancelled"));
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    const { version } = await Promise.race([cluster.version(), late]);
    return { name, version };
  } catch (error) {
    return { name, fault: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}
