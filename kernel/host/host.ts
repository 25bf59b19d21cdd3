import type { PluginArtifacts } from "../../sdk/plugin.ts";
import { releasesOf } from "../../sdk/plugin-files/evidence.ts";
import { reasonOf } from "../../sdk/plugin-files/fault.ts";
import { type CodeLayout, codeLayout } from "../../sdk/plugin-files/layout.ts";
import { linkSdk } from "../../sdk/plugin-files/sdk-link.ts";
import { type ImportModule, importModule } from "../../sdk/plugin-files/tool-sources.ts";
import type { PluginUploads } from "../../sdk/uploads.ts";
import { type Catalog, loadCatalog, newestRelease } from "../../vendor/pve-docs/index.ts";
import type { Logger } from "../log.ts";
import type { Settings } from "../settings/types.ts";
import type { ClusterAccess, Clusters } from "../tokens.ts";
import { admit } from "./admit.ts";
import { catalogsOf } from "./evidence-catalogs.ts";
import type { KnownCluster } from "./exposure.ts";
import { HostFault } from "./host-fault.ts";
import { loadPlugin } from "./load.ts";
import type { Outcome } from "./outcome.ts";
import { toolNamesOnFile } from "./plugin-evidence.ts";
import { isSelected, notSelected, unknownIds } from "./selection.ts";
import { serviceDefinitions } from "./services.ts";
import { showPlugin } from "./show-plugin.ts";
import { type FoundPlugins, findPlugins, type PluginSource } from "./sources.ts";
import type { Hidden, HostedTool, LoadedPlugin, ToolHost } from "./types.ts";

/** What the host works with. The optional parts have defaults that only tests replace. */
export interface PluginHostParts {
  readonly settings: Settings;
  readonly logger: Logger;
  readonly clusters: Pick<Clusters, "all">;
  readonly artifacts: PluginArtifacts;
  readonly uploads: PluginUploads;
  /** Names of the kernel's own tools. */
  readonly reserved: readonly string[];
  readonly layout?: CodeLayout;
  /** Folder that relative plugin paths start from. */
  readonly cwd?: string;
  readonly load?: ImportModule;
  readonly services?: typeof serviceDefinitions;
}

/** Discovers, verifies and exposes plugins. Nothing is read or imported before {@link ready}. */
export class PluginHost implements ToolHost {
  readonly #parts: PluginHostParts;
  readonly #listeners: (() => void)[] = [];
  readonly #known = new Map<string, { release: string; catalog: Catalog }>();
  readonly #learning = new Set<string>();
  #loading: Promise<void> | undefined;
  #outcomes: readonly Outcome[] = [];
  #broken: FoundPlugins["broken"] = [];
  #evidenceCatalogs: ReadonlyMap<string, Catalog> = new Map();
  #newest: Catalog | undefined;
  #plugins: readonly LoadedPlugin[] = [];
  #tools: ReadonlyMap<string, HostedTool> = new Map();

  constructor(parts: PluginHostParts) {
    this.#parts = parts;
  }

  ready(): Promise<void> {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  plugins(): readonly LoadedPlugin[] {
    return this.#plugins;
  }

  listed(): readonly HostedTool[] {
    this.#noticeVersions();
    return [...this.#tools.values()].filter(({ hidden }) => hidden === undefined);
  }

  find(name: string): HostedTool | undefined {
    this.#noticeVersions();
    return this.#tools.get(name);
  }

  absent(name: string): Hidden | undefined {
    for (const outcome of this.#outcomes) {
      if ("opened" in outcome || !toolNamesOnFile(outcome.source).includes(name)) continue;
      const { id } = outcome.source;
      return "unselected" in outcome
        ? notSelected(id, this.#parts.settings.plugins)
        : {
            why: `its plugin "${id}" was skipped: ${outcome.fault}`,
            show: "A new start would show it, once the plugin is mended.",
          };
    }
    return undefined;
  }

  onListChanged(listener: () => void): void {
    this.#listeners.push(listener);
  }

  async #load(): Promise<void> {
    const { settings, layout = codeLayout(), cwd = process.cwd() } = this.#parts;
    const found = findPlugins(settings.plugins, layout, cwd);
    this.#refuseUnknownIds(found);
    if (settings.plugins.paths.length > 0) linkSdk(layout);

    this.#newest = loadCatalog(newestRelease());
    this.#broken = found.broken;
    this.#outcomes = admit(await this.#open(found.sources, layout, this.#newest));
    this.#evidenceCatalogs = catalogsOf(
      this.#outcomes.flatMap((outcome) =>
        "opened" in outcome ? releasesOf(outcome.opened.evidence.evidence) : [],
      ),
    );
    this.#expose();
    this.#reportFaults();
    for (const cluster of this.#parts.clusters.all) void this.#learnVersion(cluster);
  }

  /** A private plugin that cannot be read may be the one that is meant, so then it is only said. */
  #refuseUnknownIds(found: FoundPlugins): void {
    const { settings, logger } = this.#parts;
    const faults = unknownIds(found, settings.plugins);
    if (faults.length === 0) return;
    if (found.broken.length === 0) throw new HostFault(faults);
    for (const fault of faults) logger.warn(fault);
  }

  async #open(
    sources: readonly PluginSource[],
    layout: CodeLayout,
    catalog: Catalog,
  ): Promise<readonly Outcome[]> {
    const {
      settings,
      logger,
      artifacts,
      uploads,
      reserved,
      load = importModule,
      services = serviceDefinitions,
    } = this.#parts;
    const context = {
      layout,
      catalog,
      services: services(logger, catalog, artifacts, uploads),
      reserved,
      load,
    };
    return Promise.all(
      sources.map(async (source): Promise<Outcome> => {
        // A plugin that the operator left out is not even imported: importing runs its code.
        if (!isSelected(source.id, settings.plugins)) return { source, unselected: true };
        try {
          return { source, opened: await loadPlugin(source, context) };
        } catch (error) {
          return { source, fault: reasonOf(error) };
        }
      }),
    );
  }

  #reportFaults(): void {
    const { settings, logger } = this.#parts;
    const faults = this.#plugins.flatMap(({ id, fault }) =>
      fault === undefined ? [] : [`plugin ${id}: ${fault}`],
    );
    if (faults.length > 0 && settings.plugins.strict) throw new HostFault(faults);
    for (const fault of faults) logger.warn(`skipped ${fault}`);
    logger.info(`${this.#tools.size} tools loaded, ${this.listed().length} of them shown`);
  }

  #expose(): void {
    const before = this.#shownNames();
    const clusters: KnownCluster[] = this.#parts.clusters.all.map(({ name }) => ({
      name,
      catalog: this.#known.get(name)?.catalog,
    }));
    const view = {
      settings: this.#parts.settings,
      clusters,
      catalogs: this.#evidenceCatalogs,
      newest: this.#newest,
    };
    const broken = this.#broken.map(({ id, fault }): LoadedPlugin => {
      return { id, title: id, origin: "private", grants: [], selected: true, fault, tools: [] };
    });
    this.#plugins = [...this.#outcomes.map((outcome) => showPlugin(outcome, view)), ...broken];
    this.#tools = new Map(
      this.#plugins.flatMap(({ tools }) => tools.map((tool) => [tool.tool.name, tool] as const)),
    );
    if (before !== this.#shownNames()) for (const listener of this.#listeners) listener();
  }

  #shownNames(): string {
    return [...this.#tools].flatMap(([name, { hidden }]) => (hidden === undefined ? [name] : [])).join(" ");
  }

  /** A version that became known through some call changes what can be shown. */
  #noticeVersions(): void {
    for (const cluster of this.#parts.clusters.all) {
      const release = cluster.knownVersion()?.release;
      if (release !== undefined && release !== this.#known.get(cluster.name)?.release)
        void this.#learnVersion(cluster);
    }
  }

  async #learnVersion(cluster: ClusterAccess): Promise<void> {
    if (this.#learning.has(cluster.name)) return;
    this.#learning.add(cluster.name);
    try {
      const { release } = await cluster.version();
      this.#known.set(cluster.name, { release, catalog: await cluster.catalog() });
      this.#expose();
    } catch (error) {
      // Nothing is hidden for it; the version is looked at again as soon as some call reaches the cluster.
      this.#parts.logger.debug(`version of cluster ${cluster.name} is not known yet: ${reasonOf(error)}`);
    } finally {
      this.#learning.delete(cluster.name);
    }
  }
}
