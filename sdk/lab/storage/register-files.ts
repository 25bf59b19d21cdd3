import type { LabCore } from "../types.ts";
import { downloadUrl, queryUrlMetadata } from "./download.ts";
import { importMetadata } from "./import-metadata.ts";
import { pullImage, queryTags } from "./registry.ts";
import { downloadTemplate, listTemplates, offerTemplates } from "./templates.ts";
import { upload } from "./upload.ts";

/** Ways for files to get onto a storage. */
export function registerFiles(lab: LabCore): void {
  offerTemplates(lab.state);
  lab.route("POST /nodes/{node}/storage/{storage}/upload", upload);
  lab.route("POST /nodes/{node}/storage/{storage}/download-url", downloadUrl);
  lab.route("GET /nodes/{node}/query-url-metadata", queryUrlMetadata);
  lab.route("POST /nodes/{node}/storage/{storage}/oci-registry-pull", pullImage);
  lab.route("GET /nodes/{node}/query-oci-repo-tags", queryTags);
  lab.route("GET /nodes/{node}/storage/{storage}/import-metadata", importMetadata);
  lab.route("GET /nodes/{node}/aplinfo", listTemplates);
  lab.route("POST /nodes/{node}/aplinfo", downloadTemplate);
}
