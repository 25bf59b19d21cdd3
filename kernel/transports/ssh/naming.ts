import { ToolError } from "../../../sdk/errors.ts";
import { withPrefix } from "../../settings/cluster-names.ts";

/** An error that names variables as this cluster has them. */
export function naming(prefix: string, error: ToolError): ToolError {
  const message = withPrefix(error.message, prefix);
  const next = error.next === undefined ? undefined : withPrefix(error.next, prefix);
  if (message === error.message && next === error.next) return error;
  const { code, retry, details } = error;
  return new ToolError(
    {
      code,
      message,
      retry,
      ...(next === undefined ? {} : { next }),
      ...(details === undefined ? {} : { details }),
    },
    { cause: error },
  );
}
