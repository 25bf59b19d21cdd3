import type { LabCore } from "../types.ts";
import { upload } from "./upload.ts";

/** Ways for files to get onto a storage. */
export function registerFiles(lab: LabCore): void {
  lab.route("POST /nodes/{node}/storage/{storage}/upload", upload);
}
