/** Form of an artifact's id. */
export const ARTIFACT_ID = /^a_[0-9a-f]{24}$/;

/** Name of the tool that reads artifacts for clients that read no resources. */
export const ARTIFACT_TOOL = "artifact_read";

/** The address of an artifact. */
export function artifactUri(id: string): string {
  return `proxmox://artifacts/${id}`;
}
