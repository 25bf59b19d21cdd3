import { oneLine } from "../call/one-line.ts";
import { moment, size } from "../call/units.ts";
import type { Artifact } from "./types.ts";
import { artifactUri } from "./uri.ts";

/** An artifact in one line. */
export function describeArtifact({ id, title, mimeType, size: bytes, expiresAt }: Artifact): string {
  const until = moment(Math.floor(expiresAt / 1000));
  return `${oneLine(title)} (${artifactUri(id)}, ${mimeType}, ${size(bytes)}, kept until ${until})`;
}
