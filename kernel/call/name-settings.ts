import { ToolError } from "../../sdk/errors.ts";
import { withPrefix } from "../settings/cluster-names.ts";
import type { Settings } from "../settings/types.ts";

/** An error whose advice names the variables of the cluster that the call was for, where there are several. */
export function namingSettings(
  error: ToolError,
  cluster: string | undefined,
  { clusters }: Pick<Settings, "clusters">,
): ToolError {
  const prefix = clusters.find(({ name }) => name === cluster)?.prefix;
  if (prefix === undefined || error.next === undefined) return error;
  const { code, message, retry, details } = error;
  const next = withPrefix(error.next, prefix);
  if (next === error.next) return error;
  return new ToolError(
    { code, message, next, retry, ...(details ? { details } : {}) },
    { cause: error.cause },
  );
}
