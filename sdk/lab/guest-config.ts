import { createHash } from "node:crypto";
import type { GuestConfig, LabGuest } from "./types.ts";

/** The configuration file of a guest, with its pending and snapshot sections. */
export function configFile(guest: LabGuest): string {
  const parts = [section(guest.config)];
  if (guest.pending.size > 0 || guest.pendingDelete.size > 0) {
    const pending = new Map(guest.pending);
    if (guest.pendingDelete.size > 0) {
      const keys = [...guest.pendingDelete].map(([key, force]) => (force ? `!${key}` : key));
      pending.set("delete", keys.join(","));
    }
    parts.push(`[PENDING]\n${section(pending)}`);
  }
  for (const snapshot of guest.snapshots.values())
    parts.push(`[${snapshot.name}]\n${section(snapshot.config)}`);
  return parts.join("\n");
}

/** SHA-1 over the file, as the API's `digest` is. */
export function configDigest(guest: LabGuest): string {
  return createHash("sha1").update(configFile(guest)).digest("hex");
}

function section(config: GuestConfig): string {
  const lines = [...config].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => `${key}: ${value}\n`);
  return lines.join("");
}
