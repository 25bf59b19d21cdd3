import { ToolError } from "../../sdk/errors.ts";
import type { PluginArtifacts } from "../../sdk/plugin.ts";
import { CallReader } from "../call/reader.ts";
import type { Artifacts } from "./types.ts";
import { artifactUri } from "./uri.ts";

/** The facade that plugins with the grant `artifacts` get: what one puts belongs to whoever made the call. */
export function artifactsForPlugins(artifacts: Artifacts): PluginArtifacts {
  return {
    async put(pve, artifact) {
      const subject = CallReader.subjectOf(pve);
      if (subject === undefined) {
        throw new ToolError({
          code: "internal",
          message: "An artifact was put without the client of a call, so it is not known whose it is.",
          next: "The plugin's author has to hand on the client that the tool's read or plan got.",
        });
      }
      const { id, size, expiresAt } = await artifacts.put(subject, artifact);
      return { uri: artifactUri(id), size, expiresAt };
    },
  };
}
