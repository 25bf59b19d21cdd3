import type { Guest } from "../../../sdk/reader.ts";
import { fakeNode, fakeReader, fakeVm } from "../../helpers/fake-reader.ts";

/** A stopped container, changed as given. */
export function fakeContainer(parts: Partial<Guest> & { vmid: number }): Guest {
  return fakeVm({ kind: "lxc", name: `ct${parts.vmid}`, ...parts });
}

/** A reader over containers, of which those with these VMIDs run. */
export function readerOf(
  guests: readonly Guest[],
  running: readonly number[] = [],
  answers: Readonly<Record<string, unknown>> = {},
) {
  return fakeReader({
    guests,
    nodes: [fakeNode("pve1"), fakeNode("pve2")],
    answers: {
      "GET /cluster/nextid": ({ vmid }: { vmid?: number }) => String(vmid ?? 105),
      "GET /nodes/{node}/lxc/{vmid}/status/current": ({ vmid }: { vmid: number }) => ({
        status: running.includes(vmid) ? "running" : "stopped",
      }),
      ...answers,
    },
  });
}
