import { emptyState, type Seed, type Soil } from "./build.ts";
import { addGuest } from "./guests.ts";
import { addCluster, addPeople, addStorages } from "./small.ts";

const ROLES = ["web", "db", "cache", "queue", "build", "proxy"] as const;

/** Any number of guests over any number of nodes; a third are containers, most of them run. */
export function many(guests: number, nodes: number, soil: Soil): Seed {
  const { random } = soil;
  const state = emptyState("pve1", "lab", soil);
  addCluster(state, nodes, random);
  addStorages(state);
  for (let index = 0; index < guests; index++) {
    const role = random.pick(ROLES);
    const kind = index % 3 === 2 ? "lxc" : "qemu";
    addGuest(
      state,
      {
        kind,
        vmid: 100 + index,
        node: `pve${(index % nodes) + 1}`,
        name: `${role}-${index}`,
        running: random.next() < 0.8,
        disk: [random.pick(["local-lvm", "nfs"]), random.int(4, 64)],
        config: { tags: role, cores: String(random.int(1, 8)), memory: String(512 * random.int(1, 16)) },
      },
      random,
    );
  }
  return { state, tokens: addPeople(state, random) };
}
