import { GuestFiles } from "../system/files.ts";
import type { GuestSystem } from "../system/system.ts";
import type { LabCore, LabNode } from "../types.ts";
import { type Around, NodeProcesses } from "./processes.ts";
import { StorageFiles } from "./storage-files.ts";

/** The operating system of a node: its files and processes. */
export interface NodeSystem {
  readonly system: GuestSystem & { readonly processes: NodeProcesses };
  /** Around all that touches files: the storages' folders are what the storages hold. */
  readonly around: Around;
}

const systems = new WeakMap<LabNode, NodeSystem>();

/** The system of a node; undefined where there is no such node. */
export function nodeSystem(lab: LabCore, name: string): NodeSystem | undefined {
  const node = lab.state.nodes.get(name);
  if (node === undefined) return undefined;
  const found = systems.get(node) ?? newSystem(lab, node);
  systems.set(node, found);
  return found;
}

function newSystem(lab: LabCore, { name, ip }: LabNode): NodeSystem {
  const files = new GuestFiles([
    ["/etc/hostname", `${name}\n`],
    ["/etc/hosts", `127.0.0.1 localhost\n${ip} ${name}\n`],
    ["/etc/os-release", 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nID=debian\nVERSION_ID="13"\n'],
  ]);
  const storages = new StorageFiles(lab, name, files);
  return {
    system: { hostname: name, files, processes: new NodeProcesses(lab.clock), now: () => lab.clock.now() },
    around: (step) => {
      storages.load();
      try {
        return step();
      } finally {
        storages.store();
      }
    },
  };
}
