import type { CodeLayout } from "../../sdk/plugin-files/layout.ts";
import type { ImportModule } from "../../sdk/plugin-files/tool-sources.ts";
import type { Catalog } from "../../vendor/pve-docs/types.ts";
import type { ServiceDefinition } from "./services.ts";

/** What loading needs from around it. */
export interface LoadContext {
  readonly layout: CodeLayout;
  /** The newest release, which uses are checked against. */
  readonly catalog: Catalog;
  readonly services: readonly ServiceDefinition[];
  /** Names of the kernel's own tools. */
  readonly reserved: readonly string[];
  readonly load: ImportModule;
}
