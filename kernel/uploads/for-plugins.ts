import { ToolError } from "../../sdk/errors.ts";
import type { PluginUploads } from "../../sdk/uploads.ts";
import { CallReader } from "../call/reader.ts";
import { cancelled } from "../call/upstream-errors.ts";
import type { UploadFiles } from "./upload-files.ts";

/** The facade that plugins get: artifacts are those of whoever makes the call. */
export function uploadsForPlugins(files: UploadFiles): PluginUploads {
  return {
    async look(pve, named) {
      const subject = CallReader.subjectOf(pve);
      if (subject === undefined) throw forNobody();
      try {
        return await files.look(subject, named, pve.signal);
      } catch (error) {
        if (pve.signal.aborted) throw cancelled("Looking at the file");
        throw error;
      }
    },
  };
}

function forNobody(): ToolError {
  return new ToolError({
    code: "internal",
    message: "A file was looked at without the client of a call, so it is not known for whom.",
    next: "The plugin's author has to hand on the client that the tool's plan got.",
  });
}
