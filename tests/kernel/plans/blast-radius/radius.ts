import type { Plan } from "../../../../kernel/call/types.ts";
import { blastRadius } from "../../../../kernel/plans/blast-radius/blast-radius.ts";
import type { BlastRadius } from "../../../../kernel/plans/types.ts";
import type { Held } from "../../../../kernel/privileges/held.ts";
import type { StepParams } from "../../../../sdk/steps.ts";
import { accessTo, type FakeCluster, SEES_ALL } from "../fake-cluster.ts";
import { planOf, stepOf } from "../fixture.ts";

/** A cluster of three nodes with a quorum, as `/cluster/status` tells it. */
export const STATUS = [
  { type: "cluster", quorate: 1, nodes: 3 },
  ...["pve1", "pve2", "pve3"].map((name, index) => ({
    type: "node",
    name,
    online: 1,
    ip: `192.0.2.1${index + 1}`,
  })),
];

async function plan(key: string, params: StepParams, cluster: FakeCluster): Promise<Plan> {
  const guests = cluster.guests
    .filter(({ vmid }) => vmid === Number(params.vmid))
    .map(({ kind, vmid, name, node }) => ({ kind, vmid, name, node }));
  return planOf([await stepOf(key, params)], { guests });
}

/** What a plan of this one step touches. */
export async function radius(
  key: string,
  params: StepParams,
  cluster: FakeCluster,
  held: Held | "unreadable" = SEES_ALL,
): Promise<BlastRadius> {
  return blastRadius(await plan(key, params, cluster), {
    access: accessTo(cluster),
    signal: new AbortController().signal,
    held: Promise.resolve(held === "unreadable" ? undefined : held),
  });
}

/** The kinds of findings. */
export const kinds = (found: readonly { kind: string }[]) => found.map(({ kind }) => kind);
/** What could not be looked at, a line each. */
export const told = ({ unseen }: BlastRadius) =>
  unseen.map(({ kind, text }) => `${kind}: ${text}`).join("\n");
/** The findings of a kind, a line each. */
export const textOf = ({ affected }: BlastRadius, kind: string) =>
  affected
    .filter((one) => one.kind === kind)
    .map(({ text, objects }) => `${text}: ${objects.join(", ")}`)
    .join("\n");
