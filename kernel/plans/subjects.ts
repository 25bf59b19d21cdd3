import type { Plan } from "../call/types.ts";
import { stepTouches } from "../policy/step-touches.ts";

const GUEST = /^\/nodes\/\{node\}\/(?:qemu|lxc)\/\{vmid\}(?=\/|$)/;
const CREATE = /^\/nodes\/\{node\}\/(?:qemu|lxc)$/;

/** True for a path of a guest or of a part of it. */
export function isGuestPath(path: string): boolean {
  return GUEST.test(path);
}

/** VMIDs that the steps take for new guests, or name although no guest shows that has them. */
export function freeVmids({ steps, guests }: Pick<Plan, "steps" | "guests">): number[] {
  const taken = steps.flatMap(({ step }) => {
    const isNamed = isGuestPath(step.path) || (step.method === "POST" && CREATE.test(step.path));
    const vmids = [
      isNamed ? step.params.vmid : undefined,
      step.path.endsWith("/clone") ? step.params.newid : undefined,
    ];
    return vmids.flatMap((vmid) =>
      typeof vmid === "number" || typeof vmid === "string" ? [Number(vmid)] : [],
    );
  });
  // A restore onto a guest names that guest.
  return [...new Set(taken)].filter((vmid) => !guests.some((guest) => guest.vmid === vmid));
}

/** VMIDs that changes name otherwise than by a guest's own path, such as the owner of a volume or the members of a pool. */
export function namedVmids({ steps, guests }: Pick<Plan, "steps" | "guests">): number[] {
  const named = steps
    .filter(({ risk }) => risk !== "read")
    .flatMap(stepTouches)
    .flatMap((touch) => (touch.kind === "guest" ? [touch.vmid] : []));
  return [...new Set(named)].filter((vmid) => !guests.some((guest) => guest.vmid === vmid));
}

/** Nodes that steps are about themselves, not some guest or storage on them. */
export function nodesOf({ steps }: Pick<Plan, "steps">): string[] {
  const names = steps.flatMap(({ step }) => {
    const own = step.path.startsWith("/nodes/{node}") && !isGuestPath(step.path) && !CREATE.test(step.path);
    const { node } = step.params;
    return own && !step.path.includes("{storage}") && typeof node === "string" ? [node] : [];
  });
  return [...new Set(names)];
}
