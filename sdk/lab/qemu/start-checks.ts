import { die, faultText } from "../errors.ts";
import { bridgeMtu } from "../guests/bridge.ts";
import type { LabCore, LabGuest } from "../types.ts";
import { missingVolume } from "./apply.ts";
import { splitVolid } from "./drive.ts";
import { drivesOf } from "./guest.ts";
import { type Net, parseNet } from "./net.ts";
import { MAX_NETS } from "./options.ts";
import { holds, storageOf } from "./storage/lookup.ts";
import { volumeName } from "./storage/names.ts";

/** The shortest packets of IP. */
const LEAST_MTU = 576;

/** Fails where a VM cannot be started as it is configured. (qemu-server, PVE/QemuServer.pm: vm_start_nolock) */
export function checkStart(lab: LabCore, guest: LabGuest, log: (line: string) => void): void {
  for (const [, { file }] of drivesOf(guest.config)) {
    const id = splitVolid(file)?.storage;
    if (id === undefined) continue;
    const storage = storageOf(lab.state, id);
    const { content } = volumeName(lab.state, file);
    if (!holds(storage, content)) throw die(`storage '${id}' does not support content-type '${content}'`);
  }
  const missing = missingVolume(lab, guest);
  if (missing !== undefined) throw die(`volume '${missing}' does not exist`);
  for (let index = 0; index < MAX_NETS; index += 1) {
    const text = guest.config.get(`net${index}`);
    if (text !== undefined) checkNet(lab, guest, index, parseNet(text, lab.random), log);
  }
}

function checkNet(
  lab: LabCore,
  guest: LabGuest,
  index: number,
  { model, options }: Net,
  log: (line: string) => void,
): void {
  const bridge = options.get("bridge");
  if (bridge === undefined) return;
  if (model === "virtio" && lab.release.major >= 9) {
    checkMtu(`netdev net${index}: MTU`, options.get("mtu"), bridgeMtu(lab, guest.node, bridge));
    return;
  }
  // Elsewhere it is the script that QEMU runs for the device that fails, and QEMU with it.
  try {
    bridgeMtu(lab, guest.node, bridge);
  } catch (error) {
    const folder = lab.release.major >= 9 ? "/usr/libexec/qemu-server" : "/var/lib/qemu-server";
    const script = `script=${folder}/pve-bridge,downscript=${folder}/pve-bridgedown`;
    log(faultText(error));
    log(
      `kvm: -netdev type=tap,id=net${index},ifname=tap${guest.vmid}i${index},${script}: network script ${folder}/pve-bridge failed with status 512`,
    );
    throw die("start failed: QEMU exited with code 1");
  }
}

function checkMtu(what: string, text: string | undefined, limit: number): void {
  const mtu = Number(text ?? 1);
  if (mtu === 1) return;
  if (mtu < LEAST_MTU) throw die(`${what} '${mtu}' is smaller than the IP minimum MTU '${LEAST_MTU}'`);
  if (mtu > limit)
    throw die(
      `${what} '${mtu}' is bigger than the bridge MTU '${limit}' - adjust the MTU for the network device in the VM configuration, while ensuring that the bridge is configured as desired.`,
    );
}
