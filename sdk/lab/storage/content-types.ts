import { splitList } from "../frame/params.ts";
import type { LabStorage } from "../types.ts";
import { pluginFor } from "./plugins.ts";

/** Content types in the order that answers have them; `none` where there are none. */
export function contentOf(storage: LabStorage): string {
  const listed = splitList(storage.config.get("content") ?? pluginFor(storage.type).defaultContent.join(","));
  return [...listed].sort().join(",") || "none";
}

/** Whether a storage may hold this kind of content. */
export function mayHold(storage: LabStorage, content: string): boolean {
  return contentOf(storage).split(",").includes(content);
}
