import { type TUnsafe, Type } from "../../sdk/index.ts";

function text(pattern: string, description: string): TUnsafe<string> {
  return Type.Unsafe<string>({ type: "string", pattern, description });
}

const USER = "[^\\s:/!]+@[A-Za-z][A-Za-z0-9._-]+";

/** A user with its realm. */
export function userId(description = "user@realm"): TUnsafe<string> {
  return text(`^${USER}$`, description);
}

/** A user or one of its tokens. */
export function accountId(): TUnsafe<string> {
  return text(`^${USER}(![A-Za-z][A-Za-z0-9._-]+)?$`, "user@realm or user@realm!token");
}

/** The name of a token, without its user. */
export function tokenName(): TUnsafe<string> {
  return Type.Unsafe<string>({ type: "string", pattern: "^[A-Za-z][A-Za-z0-9._-]+$" });
}
