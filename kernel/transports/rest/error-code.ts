/** The code of an error such as `ECONNREFUSED`, of its first part where several addresses failed; else "". */
export function codeOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return "";
  if ("errors" in error && Array.isArray(error.errors) && error.errors.length > 0)
    return codeOf(error.errors[0]);
  return "code" in error && typeof error.code === "string" ? error.code : "";
}
