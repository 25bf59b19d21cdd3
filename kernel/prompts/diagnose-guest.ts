import { CLUSTER, onCluster, paragraphs, RULES, VMID } from "./parts.ts";
import type { Look } from "./toolbox.ts";
import type { Prompt } from "./types.ts";

const LOOKS: readonly Look[] = [
  {
    what: "State, configuration, lock and HA state of the guest",
    reads: ["GET /nodes/{node}/qemu/{vmid}/status/current", "GET /nodes/{node}/lxc/{vmid}/status/current"],
  },
  {
    what: "Its newest tasks, failed ones above all, on its node and on others it may have come from",
    reads: ["GET /cluster/tasks"],
  },
  { what: "The log of each task that failed or still runs", reads: ["GET /nodes/{node}/tasks/{upid}/log"] },
  {
    what: "Its node: load, memory, root file system, how long it is up",
    reads: ["GET /nodes/{node}/status"],
  },
  {
    what: "The storages of its disks: active, and with room",
    reads: ["GET /nodes/{node}/storage/{storage}/status"],
  },
  {
    what: "Its load in the last hour (timeframe hour)",
    reads: ["GET /nodes/{node}/qemu/{vmid}/rrddata", "GET /nodes/{node}/lxc/{vmid}/rrddata"],
  },
  {
    what: "For a running VM with a guest agent, what the guest says of its network",
    reads: ["GET /nodes/{node}/qemu/{vmid}/agent/network-get-interfaces"],
  },
  { what: "Where HA manages it, what HA says", reads: ["GET /cluster/ha/status/current"] },
  { what: "Quorum and nodes of the cluster", reads: ["GET /cluster/status"] },
];

/** What ails a guest. */
export const diagnoseGuest: Prompt = {
  name: "diagnose-guest",
  title: "Diagnose a guest",
  description: "Finds out what is wrong with one VM or container, and changes nothing.",
  arguments: [{ ...VMID, required: true }, { name: "symptom", description: "What was noticed" }, CLUSTER],
  text: (input, tools) =>
    paragraphs(
      `Find out what is wrong with guest ${input.vmid}${onCluster(input)}.${input.symptom ? ` What was noticed: ${input.symptom}` : ""}`,
      `Look in this order, and stop when the cause is plain:\n${tools.steps(LOOKS)}`,
      "Conclude with: the state now; the likeliest cause, with the lines that show it; other causes that are still open; what to do, each step as one call that the user can agree to, with what it risks.",
      RULES,
    ),
};
