import { die } from "../errors.ts";
import type { LabGuest, LabRequest } from "../types.ts";
import { loadVm, lockFile } from "./guest.ts";
import { HMP_PRIVILEGE } from "./monitor-commands.ts";
import { rootOnly, vmidOf } from "./power.ts";
import { powerOff, qemuVersion } from "./run.ts";

/** POST monitor: what goes wrong in QEMU is part of a good answer. */
export function monitor(request: LabRequest): unknown {
  const { lab, node, params } = request;
  const given = params.need("command");
  if (given === "" || given === "0") throw die("no command specified");
  const command = given.trim();
  if (command === "") throw die(`unexpected command '${given}'`);
  const name = command.split(/\s+/)[0] ?? "";
  if (lab.release.major < 9) {
    // qemu-server 8 and older: what only informs takes no more than is declared.
    if (!/^(?:info(?:\s|$)|help$)/.test(command)) request.check("/", ["Sys.Modify"]);
  } else authorize(request, name);
  const guest = loadVm(lab, node.name, vmidOf(request));
  if (guest.runtime === undefined) return `ERROR: VM ${guest.vmid} not running\n`;
  return hmp(request, guest, command, name);
}

function authorize(request: LabRequest, name: string): void {
  const root = request.caller.id === "root@pam";
  const needed = HMP_PRIVILEGE.get(name);
  if (needed === undefined && !root)
    throw die(
      `command '${name}' non-existent or not assigned a required permission yet, limiting to root user`,
    );
  if (needed === "root" && !root) throw die(`root-only command '${name}'`);
  if (needed === "Sys.Modify") request.check("/", ["Sys.Modify"]);
}

function hmp(request: LabRequest, guest: LabGuest, command: string, name: string): string {
  const { runtime } = guest;
  if (runtime === undefined) return "";
  switch (name) {
    case "info":
      return info(request, guest, command.split(/\s+/)[1]);
    case "stop":
    case "s":
      runtime.qmpstatus = "paused";
      return "";
    case "cont":
    case "c":
      runtime.qmpstatus = "running";
      return "";
    case "quit":
    case "q":
      powerOff(request.lab, guest);
      return "";
    case "sendkey":
      return isKey(command.split(/\s+/)[1] ?? "") ? "" : `invalid parameter: ${command.split(/\s+/)[1]}\r\n`;
    default:
      return HMP_PRIVILEGE.has(name) ? "" : `unknown command: '${name}'\r\n`;
  }
}

function info(request: LabRequest, guest: LabGuest, what: string | undefined): string {
  switch (what) {
    case "name":
      return `${guest.runtime?.config.get("name") ?? `vm${guest.vmid}`}\r\n`;
    case "version":
      return `${qemuVersion(request.lab)}pve-qemu-kvm_${qemuVersion(request.lab)}\r\n`;
    case "status":
      return `VM status: ${guest.runtime?.qmpstatus ?? "unknown"}\r\n`;
    case "uuid":
      return `${/uuid=([^,]+)/.exec(guest.config.get("smbios1") ?? "")?.[1] ?? request.lab.random.uuid()}\r\n`;
    case undefined:
      return "info name|status|uuid|version\r\n";
    default:
      return `unknown command: 'info ${what}'\r\n`;
  }
}

/** PUT sendkey. */
export async function sendKey(request: LabRequest): Promise<unknown> {
  const { lab, node, params } = request;
  rootOnly(request, "skiplock");
  const vmid = vmidOf(request);
  const key = params.need("key");
  await lab.locks.with(lockFile(vmid), () => {
    const guest = loadVm(lab, node.name, vmid);
    if (guest.runtime === undefined) throw die(`VM ${vmid} not running`);
    // The carriage return is QEMU's own; it spoils the status line of the answer.
    if (!isKey(key)) throw die(`invalid parameter: ${key}\r`);
  });
  return null;
}

const KEYS = new Set(
  `shift shift_r alt alt_r ctrl ctrl_r menu esc minus equal backspace tab ret asterisk spc caps_lock comma dot
  slash num_lock scroll_lock kp_divide kp_multiply kp_subtract kp_add kp_enter kp_decimal sysrq print home pgup
  pgdn end left up down right insert delete stop again props undo front copy open paste find cut lf help meta_l
  meta_r compose pause apostrophe semicolon bracket_left bracket_right backslash grave_accent less`
    .trim()
    .split(/\s+/),
);

/** `ret`, `f1`, `a`, `0x1c`, or some of them joined by `-`. */
function isKey(text: string): boolean {
  return text
    .split("-")
    .every((key) => KEYS.has(key) || /^(?:[a-z0-9]|f(?:[1-9]|1[0-2])|kp_[0-9]|0x[0-9a-f]{1,2})$/.test(key));
}
