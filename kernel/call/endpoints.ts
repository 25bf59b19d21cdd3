import { ToolError } from "../../sdk/errors.ts";
import type { Catalog } from "../../vendor/pve-docs/types.ts";

/** The error for an endpoint that the connected version lacks; says which releases have it. */
export async function missingEndpoint(key: string, catalog: Catalog): Promise<ToolError> {
  const having = await releasesWith(key);
  if (having.length === 0) {
    return new ToolError({
      code: "unsupported",
      message: `Proxmox VE ${catalog.release} has no ${key}, and neither has any other release known here.`,
      next: "Check method and path against the API, with proxmox_api_describe where it is available.",
    });
  }
  const first = having[0] ?? "";
  const from =
    compareReleases(first, catalog.release) > 0
      ? `it exists from ${first} on`
      : `it exists up to ${having.at(-1)}`;
  return new ToolError({
    code: "unsupported",
    message: `Proxmox VE ${catalog.release} has no ${key}; ${from}.`,
    next: "Use a cluster of such a release, or another way to the same end.",
    details: { connected: catalog.release, releases: having },
  });
}

/** Releases whose API has the endpoint, oldest first. */
async function releasesWith(key: string): Promise<string[]> {
  // Other versions' APIs are only ever needed for this message.
  const { loadCatalog, releases } = await import("../../vendor/pve-docs/catalog.ts");
  const having: string[] = [];
  for (const release of [...releases()].sort(compareReleases)) {
    if ((await loadCatalog(release)).endpoint(key)) having.push(release);
  }
  return having;
}

function compareReleases(a: string, b: string): number {
  const [major = 0, minor = 0] = a.split(".").map(Number);
  const [otherMajor = 0, otherMinor = 0] = b.split(".").map(Number);
  return major - otherMajor || minor - otherMinor;
}
