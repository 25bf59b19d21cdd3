import { type DefinedTool, useName } from "../../sdk/tool.ts";

/** What follows a guest in a path of its API. */
export const GUEST_PART = /^\/nodes\/\{node\}\/(?:qemu|lxc)\/\{vmid\}(?=\/|$)(.*)$/;

/** Parts of a guest's API for which a snapshot before makes no sense: they do not change what it holds. */
export const NOT_HELD = /^\/(?:snapshot|clone|firewall|vncproxy|termproxy|spiceproxy|mtunnel)(?:\/|$)/;

/** True for a tool that changes existing guests in a way that a snapshot could take back. */
export function offersSnapshot({ plan, handOver, uses }: DefinedTool): boolean {
  if (plan === undefined || handOver !== undefined) return false;
  return uses.map(useName).some((use) => {
    const [method, path = ""] = use.split(" ");
    const part = GUEST_PART.exec(path)?.[1];
    const isChange = method !== "GET" && part !== undefined;
    return (
      use === "any" || use === "guest:exec" || (isChange && !NOT_HELD.test(part) && part !== "/template")
    );
  });
}
