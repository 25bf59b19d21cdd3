import { randomBytes } from "node:crypto";
import { fileOf } from "../firewall/state.ts";
import { emptyHa } from "../ha/state.ts";
import type { Random } from "../random.ts";
import { addNode, addStorage, addToken, addUser, emptyState, type Seed, type Soil } from "./build.ts";
import { addGuest } from "./guests.ts";

const GIB = 2 ** 30;

/** One standalone node with a VM and a container: what the recorded exchanges start from. */
export function baseline(soil: Soil): Seed {
  const { random, now } = soil;
  const state = { ...emptyState("vm", undefined, soil), qemu: "7.2.22", ha: emptyHa(false) };
  const machine = { nodeid: 0, ip: "192.0.2.2", cpus: 2, memory: 8 * GIB, cgroups: 1 } as const;
  const node = addNode(state, "vm", machine, random);
  state.outside.volumeGroups.clear();
  node.config.clear();
  node.dns = { search: "", servers: ["192.0.2.1"] };
  const local = addStorage(state, "local", "dir", 100 * GIB, {
    path: "/var/lib/vz",
    content: "import,rootdir,images,iso,snippets,vztmpl,backup",
    "prune-backups": "keep-all=1",
  });
  const ctime = Math.floor(now / 1000) - 86_400;
  const files = [
    {
      volid: "local:vztmpl/debian-12-tiny_12.5-1_amd64.tar.gz",
      content: "vztmpl",
      format: "tgz",
      size: 1_032_604,
    },
    { volid: "local:iso/x.iso", content: "iso", format: "iso", size: 6 },
  ] as const;
  for (const file of files) state.volumes.put(local, "vm", { ...file, used: file.size, ctime });
  const root = state.access.users.get("root@pam") ?? addUser(state.access, "root@pam");
  root.password = randomBytes(12).toString("hex");
  const test = addUser(state.access, "test@pve", "test1234");
  const tokens = {
    root: addToken(root, "test", false, random),
    privsep: addToken(root, "priv", true, random),
    user: addToken(test, "t1", false, random),
  };
  addVm(state, random, ctime);
  addContainer(state, random, ctime);
  fileOf(state.firewall.guests, 100).rules = [{ type: "in", action: "ACCEPT", macro: "SSH", enable: 0 }];
  state.access.changed();
  return { state, tokens };
}

/** The agent in the VM of the recorded exchanges is a small one. */
const AGENT_COMMANDS =
  "ping exec exec-status get-osinfo network-get-interfaces file-open file-read file-write file-close get-host-name get-time get-fsinfo";

function addVm(state: Seed["state"], random: Random, ctime: number): void {
  const local = state.storages.get("local");
  const volid = "local:100/vm-100-disk-1.qcow2";
  if (local !== undefined) {
    const common = { content: "images", format: "qcow2", vmid: 100, size: 2 * GIB } as const;
    state.volumes.put(local, "vm", { volid, ...common, used: 200_704, ctime, blank: true });
  }
  const guest = addGuest(state, { kind: "qemu", vmid: 100, node: "vm", name: "t100" }, random);
  guest.agentLists = AGENT_COMMANDS.split(" ");
  guest.config = new Map([
    ["agent", "1"],
    ["boot", "order=scsi0;net0"],
    ["cores", "1"],
    ["memory", "96"],
    ["meta", `creation-qemu=7.2.22,ctime=${ctime}`],
    ["name", "t100"],
    ["net0", `virtio=${random.mac()},bridge=vmbr0`],
    ["scsi0", `${volid},size=2G`],
    ["scsihw", "virtio-scsi-pci"],
    ["smbios1", `uuid=${random.uuid()}`],
    ["tablet", "0"],
    ["tags", "prod;web"],
    ["vmgenid", random.uuid()],
  ]);
}

function addContainer(state: Seed["state"], random: Random, ctime: number): void {
  const local = state.storages.get("local");
  const volid = "local:200/vm-200-disk-0.raw";
  if (local !== undefined) {
    const common = { content: "rootdir", format: "raw", vmid: 200, size: GIB } as const;
    state.volumes.put(local, "vm", { volid, ...common, used: 50_000_000, ctime, blank: true });
  }
  const guest = addGuest(state, { kind: "lxc", vmid: 200, node: "vm", name: "ct200" }, random);
  guest.config = new Map([
    ["arch", "amd64"],
    ["hostname", "ct200"],
    ["memory", "64"],
    ["net0", `name=eth0,bridge=vmbr0,hwaddr=${random.mac()},ip=10.99.0.50/24,type=veth`],
    ["ostype", "debian"],
    ["rootfs", `${volid},size=1G`],
    ["swap", "0"],
    ["unprivileged", "1"],
  ]);
}
