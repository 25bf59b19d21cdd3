import type { Ways } from "../../sdk/reader.ts";
import type { Settings } from "./types.ts";

/** How a cluster can be reached, as its settings say. */
export function waysTo({ clusters }: Pick<Settings, "clusters">, name: string): Ways {
  const settings = clusters.find((cluster) => cluster.name === name);
  const credentials = settings?.credentials;
  return {
    rootLogin: credentials?.kind === "password" && credentials.username === "root@pam",
    ssh: settings?.ssh !== undefined,
  };
}
