import { ClusterWriter } from "../../sdk/testing/cluster-writer.ts";
import type { ToolAnswer } from "../../sdk/testing/scenario.ts";
import { type BadDay, judged, type Known } from "./days.ts";
import { type Attempt, Stopped } from "./watched-run.ts";
import { nameOf } from "./wire.ts";

/** What somebody else does to the guest between plan and apply; a VMID that was free is taken whatever it is. */
const MEDDLINGS = ["renames it", "changes its config", "puts another in its place"] as const;
type Meddling = (typeof MEDDLINGS)[number];

interface GuestLine {
  readonly type: string;
  readonly vmid?: number;
  readonly node?: string;
  readonly status?: string;
}

/** The guest that a tool is about changed by somebody else after the plan was made: nothing may be done to it. */
export function meddlings(known: Known): readonly BadDay[] {
  const { vmid } = known.args;
  if (typeof vmid !== "number") return [];
  return MEDDLINGS.map((meddling) => ({
    name: `${known.subject.name}: somebody ${meddling} between plan and apply`,
    run: () => meddledDay(known, vmid, meddling),
  }));
}

async function meddledDay(known: Known, vmid: number, meddling: Meddling): Promise<readonly string[]> {
  const wrong: string[] = [];
  const onCall = async (attempt: Attempt): Promise<ToolAnswer> => {
    if (attempt.ordinal !== known.ordinal) return attempt.proceed();
    wrong.push(...(await applyToOther(attempt, vmid, meddling)));
    throw new Stopped();
  };
  const { faults } = await judged(known.subject, { onCall }, known.usual, true);
  return [...faults, ...wrong];
}

async function applyToOther(
  { run, tool, args, wire, address }: Attempt,
  vmid: number,
  meddling: Meddling,
): Promise<readonly string[]> {
  const planned = await run.call(tool, { ...args, dryRun: true });
  const plan = /\bp_[0-9a-f]{24}\b/.exec(planned.text)?.[0];
  if (plan === undefined) return [`the dry run names no plan: ${planned.text.slice(0, 300)}`];
  const other = new ClusterWriter(address);
  try {
    await meddle(other, vmid, meddling);
  } finally {
    other.close();
  }
  const sent = wire.writes.length;
  const applied = await run.call("proxmox_plan_apply", { plan });
  return [
    ...(applied.code === "conflict" ? [] : [`the plan was not refused as a conflict: ${applied.text}`]),
    ...wire.writes.slice(sent).map((write) => `it sent ${nameOf(write)} all the same`),
  ];
}

async function meddle(other: ClusterWriter, vmid: number, meddling: Meddling): Promise<void> {
  const lines = await other.get<readonly GuestLine[]>("/cluster/resources");
  const guest = lines.find((line) => line.vmid === vmid);
  const node = guest?.node ?? "pve1";
  if (guest === undefined) {
    await other.change("POST", `/nodes/${node}/qemu`, { vmid: String(vmid), name: "taken" });
    return;
  }
  const path = `/nodes/${node}/${guest.type}/${vmid}`;
  const name = guest.type === "lxc" ? "hostname" : "name";
  switch (meddling) {
    case "renames it":
      return other.change("PUT", `${path}/config`, { [name]: "somebody-else" });
    case "changes its config":
      return other.change("PUT", `${path}/config`, { description: "changed meanwhile" });
    case "puts another in its place":
      if (guest.status === "running") await other.change("POST", `${path}/status/stop`);
      await other.change("DELETE", path, { purge: "1" });
      return other.change("POST", `/nodes/${node}/qemu`, { vmid: String(vmid), name: "another" });
  }
}
