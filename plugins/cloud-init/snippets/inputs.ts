import { nodeName, storageName, Type } from "../../../sdk/index.ts";

/** What names a snippet. */
export const PLACE = {
  storage: storageName({ default: "snippetStorage" }),
  node: Type.Optional(nodeName({ description: "Unless shared" })),
  name: Type.String({ minLength: 1, maxLength: 200, description: "File name: user.yaml" }),
} as const;
