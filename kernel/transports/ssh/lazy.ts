import type { ClusterSettings } from "../../settings/types.ts";
import type { RestTransport } from "../types.ts";
import type { NodeAccess } from "./types.ts";

/** The nodes of a cluster by SSH, whose code is loaded when it is first needed: few calls ever do. */
export function lazySsh(
  { ssh: settings, prefix }: Pick<ClusterSettings, "ssh" | "prefix">,
  connectTimeoutMs: number,
  rest: RestTransport,
): NodeAccess {
  let made: Promise<NodeAccess> | undefined;
  const access = () => {
    made ??= make();
    return made;
  };
  const make = async (): Promise<NodeAccess> => {
    const [{ SshTransport }, { NodeAddresses }, { sshIsOff }] = await Promise.all([
      import("./transport.ts"),
      import("./addresses.ts"),
      import("./faults.ts"),
    ]);
    const addresses = settings && new NodeAddresses(rest, settings);
    return new SshTransport({
      settings,
      prefix,
      connectTimeoutMs,
      addressOf: async (node, signal) => {
        if (addresses === undefined) throw sshIsOff();
        return await addresses.of(node, signal);
      },
    });
  };
  return {
    run: async (node, command) => (await access()).run(node, command),
    status: async (node, path, signal) => (await access()).status(node, path, signal),
    list: async (node, path, signal) => (await access()).list(node, path, signal),
    read: async (node, path, options) => (await access()).read(node, path, options),
    write: async (node, path, write) => (await access()).write(node, path, write),
    remove: async (node, path, signal) => (await access()).remove(node, path, signal),
    close: async () => {
      const opened = await made;
      await opened?.close();
    },
  };
}
