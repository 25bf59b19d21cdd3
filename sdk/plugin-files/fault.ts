/** Something wrong with a plugin's files, said for whoever operates the server. */
export class PluginFault extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "PluginFault";
  }
}

/** First line of whatever was thrown; stacks and continuation lines stay out of reasons. */
export function reasonOf(error: unknown): string {
  const isError = typeof error === "object" && error !== null && "message" in error;
  const message = String(isError ? error.message : error);
  return message.split("\n", 1)[0] ?? "";
}
