import type { CodeLayout } from "../../sdk/plugin-files/layout.ts";
import { apiPage } from "./api.ts";
import { commandsPage } from "./commands.ts";
import { coveragePage } from "./coverage.ts";
import { errorsPage } from "./errors.ts";
import { kernelTools } from "./kernel-tools.ts";
import type { Page } from "./page.ts";
import { documentedPlugins } from "./plugins.ts";
import { privilegePage } from "./privilege-page.ts";
import { readmePage } from "./readmes.ts";
import { settingsPage } from "./settings.ts";
import { kernelPage, pluginPage, toolsIndex } from "./tools.ts";

/** Folders that hold generated pages alone: what is there and not generated any more is stale. */
export const GENERATED_FOLDERS = ["docs/reference", "docs/reference/tools"] as const;

/** Every generated page of the documentation. */
export async function allPages(layout: CodeLayout): Promise<readonly Page[]> {
  const plugins = await documentedPlugins(layout);
  const kernel = kernelTools();
  return [
    settingsPage,
    errorsPage,
    apiPage,
    coveragePage(plugins),
    commandsPage(plugins),
    privilegePage(plugins),
    toolsIndex(plugins, kernel),
    kernelPage(kernel),
    ...plugins.map(pluginPage),
    ...plugins.map(readmePage),
  ];
}
