import { ToolError } from "../../../sdk/errors.ts";
import type { GuestAccess } from "./types.ts";

/** The guests of a cluster. */
export function lazyGuests(): GuestAccess {
  const none = (): Promise<never> =>
    Promise.reject(new ToolError({ code: "unsupported", message: "Guests are not reached yet." }));
  return { run: none, read: none, write: none };
}
